import { element } from "./element.js";
import { type LineChange, lineChanges } from "./line-changes.js";

/** What the exporter says of each expression that only explored. */
const LEFT_OUT = /^Left out of (.*), since no flow needs it$/s;

/** The script that would be written, to read before it is. */
export function exportPreview(model: {
  readonly script: string;
  readonly warnings: readonly string[];
  readonly path: string;
  readonly replaces: boolean;
  /** Text of the file that would be replaced. */
  readonly before?: string | undefined;
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
    model.before !== undefined && changesView(lineChanges(model.before, model.script)),
    element(
      "pre",
      { class: "cl-pre cl-export-script", tabindex: 0, "aria-label": "Script" },
      ...highlighted(model.script),
    ),
  );
}

function changesView(changes: readonly LineChange[] | undefined): HTMLElement {
  if (!changes)
    return element("div", { class: "cl-note" }, "Too much differs from the file that is there to be listed");
  if (changes.length === 0) return element("div", { class: "cl-note" }, "Nothing differs from the file that is there");
  const added = changes.filter(({ kind }) => kind === "added").length;
  return element(
    "details",
    { class: "cl-left-out" },
    element(
      "summary",
      {},
      `Differs from the file that is there: ${added} lines added, ${changes.length - added} taken out`,
    ),
    element(
      "pre",
      { class: "cl-pre cl-changes", tabindex: 0, "aria-label": "Changes" },
      ...changes.map(({ kind, text }) =>
        element("span", { class: "cl-change", "data-kind": kind }, `${kind === "added" ? "+" : "−"} ${text}\n`),
      ),
    ),
  );
}

const TOKENS =
  /(\/\/[^\n]*|\/\*[\s\S]*?\*\/)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)|\b(import|from|export|const|let|async|await|function|return|new|if|else|for|of|type|interface|throw|class|extends|as)\b|\b(\d[\d_.]*)\b/g;
const TOKEN_KINDS = ["comment", "string", "keyword", "number"] as const;

/** The script in the colours of the page's editor; whatever is not known for sure stays plain. */
function highlighted(script: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const match of script.matchAll(TOKENS)) {
    if (match.index > at) parts.push(script.slice(at, match.index));
    const kind = TOKEN_KINDS.find((_, index) => match[index + 1] !== undefined);
    parts.push(element("span", { class: `cl-code-${kind}` }, match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, script.slice(at)];
}

/** What is seen until the script is there. */
export const exportProgress = (text: string): HTMLElement =>
  element(
    "div",
    { class: "jp-Cellar cl-export" },
    element("div", { class: "cl-facts", role: "status" }, text),
    element("progress", { "aria-label": text }),
  );

/** Why there is no script. */
export const exportRefusal = (title: string, reason: string): HTMLElement =>
  element(
    "div",
    { class: "jp-Cellar cl-export" },
    element("div", { class: "cl-title" }, title),
    element("pre", { class: "cl-pre", role: "alert", tabindex: 0 }, reason),
  );
