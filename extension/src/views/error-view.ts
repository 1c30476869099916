import type { ErrorRecord } from "../../../src/contracts/records.js";
import { element, setChildren, type View } from "./element.js";

const DEEPEST_CAUSE = 8;

/** An error with its chain of causes; stacks fold away. */
export function errorView(): View<ErrorRecord | undefined> {
  const node = element("div", { class: "cl-error", hidden: true });
  let drawn: string | undefined;
  return {
    node,
    update(error) {
      const text = error && JSON.stringify(error);
      if (text === drawn) return; // an opened stack stays open
      drawn = text;
      node.hidden = !error;
      setChildren(node, error ? chain(error) : []);
    },
  };
}

function chain(error: ErrorRecord): Node[] {
  const parts: Node[] = [one(error)];
  for (let cause = error.cause, depth = 0; cause && depth < DEEPEST_CAUSE; cause = cause.cause, depth += 1)
    parts.push(
      element("div", { class: "cl-error-cause" }, element("span", { class: "cl-muted" }, "caused by"), one(cause)),
    );
  for (const each of error.errors?.slice(0, DEEPEST_CAUSE) ?? [])
    parts.push(element("div", { class: "cl-error-cause" }, one(each)));
  return parts;
}

function one(error: ErrorRecord): HTMLElement {
  const frames = error.stack?.split("\n").filter((line) => /^\s*at /.test(line)) ?? [];
  return element(
    "div",
    { class: "cl-error-one" },
    element(
      "div",
      { class: "cl-error-line" },
      element("span", { class: "cl-error-name" }, String(error.name)),
      element("span", { class: "cl-error-message" }, String(error.message)),
    ),
    frames.length > 0 &&
      element(
        "details",
        { class: "cl-error-stack" },
        element("summary", {}, frames.length === 1 ? "1 frame" : `${frames.length} frames`),
        element("pre", {}, frames.map((frame) => frame.trim()).join("\n")),
      ),
  );
}
