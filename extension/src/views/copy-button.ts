import { element, setAttributes, setText, svgElement, type View } from "./element.js";
import { t } from "./translate.js";

/** Copies a text; hidden while there is none. */
export function copyButton(title: string): View<string, HTMLButtonElement> {
  const word = element("span", { class: "cl-copy-word", "aria-live": "polite" });
  const node = element(
    "button",
    { type: "button", class: "cl-icon-button", title, "aria-label": title },
    svgElement(
      "svg",
      { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
      svgElement("path", { class: "cl-line", d: "M6 5.500h6.500v7.500H6zM4 10.500H3.500v-7.500H10v.5" }),
    ),
    word,
  );
  let text = "";
  node.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    setText(word, t("Copied"));
    setTimeout(() => setText(word, ""), 1200);
  });
  return {
    node,
    update(next) {
      text = next;
      setAttributes(node, { hidden: next === "" });
    },
  };
}
