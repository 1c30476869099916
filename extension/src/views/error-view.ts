import type { ErrorRecord } from "../../../src/contracts/records.js";
import { type OpenCell, placeIn } from "./cell-place.js";
import { element, setChildren, type View } from "./element.js";
import { t } from "./translate.js";

const DEEPEST_CAUSE = 8;
/** As many frames are read at a glance; more fold away. */
const MOST_OPEN_FRAMES = 3;

/** An error with its chain of causes. Long stacks fold away; a frame in a cell leads there. */
export function errorView(openCell?: OpenCell): View<ErrorRecord | undefined> {
  const node = element("div", { class: "cl-error", hidden: true });
  let drawn: string | undefined;
  return {
    node,
    update(error) {
      const text = error && JSON.stringify(error);
      if (text === drawn) return; // an opened stack stays open
      drawn = text;
      node.hidden = !error;
      setChildren(node, error ? chain(error, openCell) : []);
    },
  };
}

function chain(error: ErrorRecord, openCell: OpenCell | undefined): Node[] {
  const parts: Node[] = [one(error, openCell)];
  for (let cause = error.cause, depth = 0; cause && depth < DEEPEST_CAUSE; cause = cause.cause, depth += 1)
    parts.push(
      element(
        "div",
        { class: "cl-error-cause" },
        element("span", { class: "cl-muted" }, "caused by"),
        one(cause, openCell),
      ),
    );
  for (const each of error.errors?.slice(0, DEEPEST_CAUSE) ?? [])
    parts.push(element("div", { class: "cl-error-cause" }, one(each, openCell)));
  return parts;
}

function one(error: ErrorRecord, openCell: OpenCell | undefined): HTMLElement {
  const frames = (error.stack?.split("\n") ?? []).filter((line) => /^\s*at /.test(line)).map((line) => line.trim());
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
        { class: "cl-error-stack", open: frames.length <= MOST_OPEN_FRAMES },
        element("summary", {}, frames.length === 1 ? "1 frame" : `${frames.length} frames`),
        element("pre", {}, ...frames.flatMap((frame) => [...frameParts(frame, openCell), "\n"])),
      ),
  );
}

/** A frame as text, its place in a cell as a button. */
function frameParts(frame: string, openCell: OpenCell | undefined): (Node | string)[] {
  const found = openCell && placeIn(frame);
  if (!found) return [frame];
  const text = frame.slice(found.start, found.end);
  const button = element("button", { type: "button", class: "cl-link cl-frame", title: t("Go to the cell") }, text);
  button.addEventListener("click", () => {
    if (openCell(found.place)) return;
    button.disabled = true;
    button.title = "This cell ran again or is gone since";
  });
  return [frame.slice(0, found.start), button, frame.slice(found.end)];
}
