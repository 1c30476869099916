import { FAILED_TYPES, type StateType, type TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { taskTitle } from "../../../src/display/run-outline.js";
import { element, keyedViews, setAttributes, setChildren, setText, type View } from "./element.js";
import { stateIcon, toneOf, wordOf } from "./state-icon.js";
import { t } from "./translate.js";

export interface ChildListModel {
  readonly children: readonly TaskRunRecord[];
  readonly selected: string | undefined;
  /** Short texts of a child's inputs; undefined while they are not known. */
  readonly inputsOf: (taskRunId: string) => { readonly [input: string]: string } | undefined;
}

const ROW_HEIGHT = 24;
const SPARE_ROWS = 6;

/** All children of a mapped call, however many: chips by state, errors grouped by what they say, rows drawn in sight. */
export function childList(select: (key: string) => void): View<ChildListModel> {
  const chips = element("div", { class: "cl-chips", role: "group", "aria-label": t("Children by state") });
  const groups = element("div", { class: "cl-error-groups" });
  const above = element("div", { "aria-hidden": "true" });
  const rows = element("div", { role: "list" });
  const below = element("div", { "aria-hidden": "true" });
  const scroll = element(
    "div",
    { class: "cl-scroll cl-children", tabindex: 0, role: "region", "aria-label": t("Children") },
    above,
    rows,
    below,
  );
  const node = element("div", {}, chips, groups, scroll);
  let model: ChildListModel | undefined;
  let state: StateType | undefined;
  let pattern: string | undefined;
  const updateRows = keyedViews<Row>(
    rows,
    ({ task }) => task.id,
    () => rowView(select),
  );
  const updateChips = keyedViews<Chip>(
    chips,
    ({ type }) => type,
    () =>
      chipView((type) => {
        state = state === type ? undefined : type;
        pattern = undefined;
        scroll.scrollTop = 0;
        draw();
      }),
  );
  scroll.addEventListener("scroll", () => requestAnimationFrame(() => drawRows()));
  let shown: readonly TaskRunRecord[] = [];

  function draw(): void {
    if (!model) return;
    const { children } = model;
    const counts = new Map<StateType, number>();
    for (const { state } of children) counts.set(state.type, (counts.get(state.type) ?? 0) + 1);
    if (state && !counts.has(state)) state = undefined;
    updateChips([...counts].map(([type, count]) => ({ type, count, pressed: type === state })));
    chips.hidden = counts.size < 2;
    const patterns = patternsOf(children);
    if (pattern !== undefined && !patterns.has(pattern)) pattern = undefined;
    setChildren(
      groups,
      [...patterns].filter(([, count]) => count > 1).map(([text, count]) => groupButton(text, count)),
    );
    const failed = (task: TaskRunRecord): number => (FAILED_TYPES.includes(task.state.type) ? 0 : 1);
    shown = children
      .filter(
        (task) =>
          (state === undefined || task.state.type === state) && (pattern === undefined || patternOf(task) === pattern),
      )
      .toSorted((a, b) => failed(a) - failed(b) || (a.mapIndex ?? 0) - (b.mapIndex ?? 0));
    drawRows();
  }
  function groupButton(text: string, count: number): HTMLElement {
    const button = element(
      "button",
      { type: "button", class: "cl-link cl-error-group", "aria-pressed": String(text === pattern), title: text },
      element("span", { class: "cl-error-pattern" }, text),
      element("span", { class: "cl-muted" }, ` × ${count}`),
    );
    button.addEventListener("click", () => {
      pattern = pattern === text ? undefined : text;
      state = undefined;
      scroll.scrollTop = 0;
      draw();
    });
    return button;
  }
  function drawRows(): void {
    if (!model) return;
    const { selected, inputsOf } = model;
    const visible = Math.ceil((scroll.clientHeight || 220) / ROW_HEIGHT);
    const top = Math.floor(scroll.scrollTop / ROW_HEIGHT);
    const first = Math.max(0, Math.min(top, shown.length - visible) - SPARE_ROWS);
    const last = Math.min(shown.length, first + visible + SPARE_ROWS * 2);
    above.style.height = `${first * ROW_HEIGHT}px`;
    below.style.height = `${(shown.length - last) * ROW_HEIGHT}px`;
    updateRows(
      shown.slice(first, last).map((task) => ({ task, selected: task.id === selected, inputs: inputsOf(task.id) })),
    );
  }
  return {
    node,
    update(next) {
      model = next;
      draw();
    },
  };
}

/** What an error says, with what differs from child to child left open: "Bad row *: limit is *". */
function patternOf({ state }: TaskRunRecord): string | undefined {
  if (!FAILED_TYPES.includes(state.type)) return undefined;
  const text = state.error
    ? `${state.error.name}: ${state.error.message.split("\n")[0]}`
    : (state.message ?? wordOf(state.type));
  return text.replace(/"[^"]*"|'[^']*'|\b[0-9a-f]{8,}\b|\d+(?:[.,]\d+)*/gi, "*");
}

function patternsOf(children: readonly TaskRunRecord[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const task of children) {
    const pattern = patternOf(task);
    if (pattern !== undefined) counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

interface Row {
  readonly task: TaskRunRecord;
  readonly selected: boolean;
  readonly inputs: { readonly [input: string]: string } | undefined;
}

function rowView(select: (key: string) => void): View<Row> {
  const icon = stateIcon();
  const name = element("span", { class: "cl-child-name" });
  const note = element("span", { class: "cl-child-note" });
  const button = element("button", { type: "button", class: "cl-neighbour cl-child" }, icon.node, name, note);
  const node = element("div", { role: "listitem" }, button);
  let id = "";
  button.addEventListener("click", () => select(id));
  return {
    node,
    update({ task, selected, inputs }) {
      id = task.id;
      icon.update(task.state.type);
      setText(name, taskTitle(task));
      const values = Object.entries(inputs ?? {}).map(([input, text]) => `${input} = ${text}`);
      const took =
        task.startedAt !== null && task.endedAt !== null ? formatDuration(task.endedAt - task.startedAt) : "";
      const said = task.state.error?.message.split("\n")[0] ?? took;
      setText(note, [...values, task.kept ? "kept" : said].filter(Boolean).join(" · "));
      setAttributes(button, {
        title: `${taskTitle(task)}: ${wordOf(task.state.type)}`,
        "aria-pressed": String(selected),
      });
    },
  };
}

interface Chip {
  readonly type: StateType;
  readonly count: number;
  readonly pressed: boolean;
}

function chipView(press: (type: StateType) => void): View<Chip> {
  const icon = stateIcon();
  const text = element("span");
  const node = element("button", { type: "button", class: "cl-chip" }, icon.node, text);
  let current: StateType | undefined;
  node.addEventListener("click", () => current && press(current));
  return {
    node,
    update({ type, count, pressed }) {
      current = type;
      icon.update(type);
      setText(text, `${count} ${wordOf(type).toLowerCase()}`);
      setAttributes(node, { "aria-pressed": String(pressed), "data-tone": toneOf(type) });
    },
  };
}
