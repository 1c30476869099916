import { element } from "./element.js";

/** The script that would be written, to read before it is. */
export function exportPreview(model: {
  readonly script: string;
  readonly warnings: readonly string[];
  readonly path: string;
  readonly replaces: boolean;
}): HTMLElement {
  const lines = model.script.split("\n").length;
  return element(
    "div",
    { class: "jp-Cellar cl-export" },
    element(
      "div",
      { class: "cl-facts" },
      `${model.path} · ${lines} lines${model.replaces ? " · replaces the file that is there" : ""}`,
    ),
    model.warnings.length > 0 &&
      element("ul", { class: "cl-warnings" }, ...model.warnings.map((warning) => element("li", {}, warning))),
    element("pre", { class: "cl-pre cl-export-script", tabindex: 0, "aria-label": "Script" }, model.script),
  );
}
