import { element } from "./element.js";

/** What the exporter says of each expression that only explored. */
const LEFT_OUT = /^Left out of (.*), since no flow needs it$/s;

/** The script that would be written, to read before it is. */
export function exportPreview(model: {
  readonly script: string;
  readonly warnings: readonly string[];
  readonly path: string;
  readonly replaces: boolean;
}): HTMLElement {
  const lines = model.script.split("\n").length;
  const leftOut = model.warnings.map((warning) => LEFT_OUT.exec(warning)?.[1]).filter((each) => each !== undefined);
  const others = model.warnings.filter((warning) => !LEFT_OUT.test(warning));
  return element(
    "div",
    { class: "jp-Cellar cl-export" },
    element(
      "div",
      { class: "cl-facts" },
      `${model.path} · ${lines} lines${model.replaces ? " · replaces the file that is there" : ""}`,
    ),
    others.length > 0 &&
      element("ul", { class: "cl-warnings" }, ...others.map((warning) => element("li", {}, warning))),
    leftOut.length > 0 &&
      element(
        "details",
        { class: "cl-left-out" },
        element(
          "summary",
          {},
          `${leftOut.length === 1 ? "1 statement" : `${leftOut.length} statements`} left out, since no flow needs ${leftOut.length === 1 ? "it" : "them"}`,
        ),
        element("ul", {}, ...leftOut.map((each) => element("li", {}, each))),
      ),
    element("pre", { class: "cl-pre cl-export-script", tabindex: 0, "aria-label": "Script" }, model.script),
  );
}
