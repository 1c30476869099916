import { element, setAttributes, type View } from "./element.js";
import { type ShownState, stateIcon, wordOf } from "./state-icon.js";

/** What a cell's last run came to. */
export interface CellMark {
  /** Name of the flow or of the call. */
  readonly name: string | undefined;
  readonly state: ShownState;
  /** "kept 12, ran 3"; undefined where nothing is counted. */
  readonly counts: string | undefined;
  /** The cell's text changed since it ran. */
  readonly stale: boolean;
}

/** A sign beside a cell: the state its run reached, and whether the cell was edited since. */
export function cellMarkView(): View<CellMark> {
  const icon = stateIcon();
  const node = element("span", { class: "cl-mark jp-Cellar", role: "img" }, icon.node);
  return {
    node,
    update(mark) {
      icon.update(mark.state);
      const text = markText(mark);
      setAttributes(node, { title: text, "aria-label": text, "data-stale": mark.stale ? "true" : null });
    },
  };
}

/** "audit: Success, kept 12, ran 3. The cell was edited since." */
export function markText({ name, state, counts, stale }: CellMark): string {
  const said = `${name ? `${name}: ` : ""}${wordOf(state)}${counts ? `, ${counts}` : ""}`;
  return stale ? `${said}. The cell was edited since` : said;
}
