import { FAILED_TYPES, type TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { attemptText, lostResultText, taskTitle } from "../../../src/display/run-outline.js";
import { element, keyedViews, setAttributes, setText, type View } from "./element.js";
import type { RunScene } from "./flow-run-model.js";
import { countdown, taskProgress } from "./remaining.js";
import { stateBadge, wordOf } from "./state-icon.js";
import { selectionKey } from "./timeline-view.js";
import { t } from "./translate.js";

const ROW_HEIGHT = 30;
/** Rows outside the window that are drawn all the same, so that scrolling shows no gap. */
const SPARE_ROWS = 12;

interface Column {
  readonly title: string;
  readonly value: (task: TaskRunRecord) => string | number;
}
const durationOf = ({ startedAt, endedAt }: TaskRunRecord): number =>
  startedAt === null || endedAt === null ? -1 : endedAt - startedAt;
const COLUMNS: readonly Column[] = [
  { title: "State", value: ({ state }) => wordOf(state.type) },
  { title: "Task", value: (task) => task.name },
  { title: "Time", value: (task) => (task.kept ? -1 : durationOf(task)) },
  { title: "Attempt", value: ({ state }) => state.runCount },
  { title: "Note", value: (task) => noteOf(task) },
];

interface Row {
  readonly task: TaskRunRecord;
  readonly selected: boolean;
  /** Of a run that goes on; 0 otherwise. */
  readonly now: number;
  /** Longest duration of all rows, against which bars are drawn. */
  readonly longest: number;
}

export interface TaskTable extends View<RunScene> {
  /** Shows what failed, and nothing else. */
  showFailed(): void;
}

/** Value of the state filter that takes all kinds of failure. */
const ALL_FAILED = "failed";

/** Every task run in a row, mapped children too: sort by a column, filter by text or state. Only rows in sight are drawn. */
export function taskTable(select: (key: string | undefined) => void): TaskTable {
  const filter = element("input", {
    type: "search",
    class: "cl-input",
    placeholder: t("Filter by name, tag or error"),
    "aria-label": t("Filter tasks"),
  });
  const states = element("select", { class: "cl-input", "aria-label": t("State") });
  const count = element("span", { class: "cl-muted", "aria-live": "polite" });
  const above = element("tr", { class: "cl-spacer", "aria-hidden": "true" });
  const body = element("tbody");
  const scroll = element("div", {
    class: "cl-scroll cl-table-scroll",
    tabindex: 0,
    role: "region",
    "aria-label": t("Tasks"),
  });
  const heads = COLUMNS.map(({ title }, index) => {
    const button = element("button", { type: "button", class: "cl-sort" }, t(title));
    button.addEventListener("click", () => {
      order =
        order?.column !== index
          ? { column: index, down: false }
          : order.down
            ? undefined
            : { column: index, down: true };
      draw();
    });
    return element("th", { scope: "col" }, button);
  });
  const table = element(
    "table",
    { class: "cl-table cl-tasks" },
    element("thead", {}, element("tr", {}, ...heads)),
    body,
  );
  scroll.append(table);
  const node = element(
    "div",
    { class: "cl-task-table" },
    element("div", { class: "cl-filter", "data-lm-suppress-shortcuts": true }, filter, states, count),
    scroll,
  );
  let scene: RunScene | undefined;
  let order: { readonly column: number; readonly down: boolean } | undefined;
  const spacer = (): View<Row, Element> => ({ node: above, update: () => {} });
  const updateRows = keyedViews<Row>(
    body,
    ({ task }) => task.id,
    (row) => (row.task === SPACER ? spacer() : rowView(select)),
  );
  for (const control of [filter, states]) control.addEventListener("input", () => draw());
  /** The filter has no states to choose from before the first drawing. */
  let failedWanted = false;
  let asked = false;
  scroll.addEventListener("scroll", () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  });

  function draw(): void {
    if (!scene) return;
    drawStates(states, scene);
    if (failedWanted) states.value = ALL_FAILED;
    failedWanted = false;
    const tagsOf = new Map(scene.outline.map(({ name, tags }) => [name, tags.join(" ")]));
    const tasks = sorted(scene.run.tasks.filter(matches(filter.value, states.value, tagsOf)), order);
    const longest = tasks.reduce((most, task) => Math.max(most, task.kept ? 0 : durationOf(task)), 1);
    heads.forEach((head, index) => {
      const sort = order?.column === index ? (order.down ? "descending" : "ascending") : "none";
      setAttributes(head, { "aria-sort": sort });
    });
    setText(
      count,
      tasks.length === scene.run.tasks.length
        ? `${tasks.length} task runs`
        : `${tasks.length} of ${scene.run.tasks.length} task runs`,
    );
    const visible = Math.ceil((scroll.clientHeight || 360) / ROW_HEIGHT);
    const first = Math.max(0, Math.min(Math.floor(scroll.scrollTop / ROW_HEIGHT), tasks.length - visible) - SPARE_ROWS);
    const last = Math.min(tasks.length, first + visible + SPARE_ROWS * 2);
    above.style.height = `${first * ROW_HEIGHT}px`;
    table.style.marginBottom = `${(tasks.length - last) * ROW_HEIGHT}px`;
    const { selected } = scene;
    const now = scene.running ? scene.now : 0;
    updateRows([
      ...(first > 0 ? [{ task: SPACER, selected: false, now, longest }] : []),
      ...tasks.slice(first, last).map((task) => ({ task, selected: selectionKey(task) === selected, now, longest })),
    ]);
  }
  return {
    node,
    update(next) {
      scene = next;
      draw();
    },
    showFailed() {
      filter.value = "";
      failedWanted = true;
      scroll.scrollTop = 0;
    },
  };
}

/** Stands for the rows above the window. */
const SPACER = { id: "\u0000spacer" } as TaskRunRecord;

function rowView(select: (key: string | undefined) => void): View<Row, Element> {
  const badge = stateBadge();
  const name = element("button", { type: "button", class: "cl-link" });
  const cells = {
    time: element("td", { class: "cl-number cl-time-cell" }),
    attempt: element("td", { class: "cl-number" }),
    note: element("td", { class: "cl-note-cell" }),
  };
  const node = element(
    "tr",
    {},
    element("td", {}, badge.node),
    element("td", { class: "cl-name-cell" }, name),
    cells.time,
    cells.attempt,
    cells.note,
  );
  let row: Row | undefined;
  node.addEventListener("click", () => row && select(row.selected ? undefined : selectionKey(row.task)));
  return {
    node,
    update(next) {
      row = next;
      const { task, selected } = next;
      const duration = durationOf(task);
      badge.update(task.state.type);
      setText(name, taskTitle(task));
      setAttributes(name, { title: taskTitle(task) });
      setText(cells.time, task.kept ? "kept" : duration < 0 ? "" : formatDuration(duration));
      const share = task.kept || duration < 0 ? 0 : duration / next.longest;
      cells.time.style.setProperty("--cl-share", `${Math.round(share * 100)}%`);
      setText(cells.attempt, task.state.runCount === 0 ? "" : task.maxAttempts > 1 ? attemptText(task) : "1");
      const note = noteOf(task, next.now);
      setText(cells.note, note);
      setAttributes(cells.note, { title: note || null });
      setAttributes(node, {
        "data-state": task.state.type,
        "data-selected": selected ? "true" : null,
        "data-child": task.mapIndex === null ? null : "true",
      });
    },
  };
}

function noteOf(task: TaskRunRecord, now = 0): string {
  const { state, reason, kept } = task;
  const wait = now > 0 ? (countdown(state, now) ?? taskProgress(task, now)) : undefined;
  if (wait) return [wait, state.error?.message ?? state.message ?? state.progress?.message].filter(Boolean).join(" · ");
  if (state.error) return `${state.error.name}: ${state.error.message}`;
  const lost = lostResultText(task);
  if (lost) return lost;
  return (kept && reason === "kept" ? "" : reason) || (state.progress?.message ?? "");
}

function matches(text: string, state: string, tagsOf: ReadonlyMap<string, string>): (task: TaskRunRecord) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (task) => {
    const fits =
      state === ALL_FAILED ? FAILED_TYPES.includes(task.state.type) : state === "" || task.state.type === state;
    if (!fits || words.length === 0) return fits;
    const all = `${taskTitle(task)} ${task.task} ${tagsOf.get(task.name) ?? ""} ${noteOf(task)}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

function sorted(
  tasks: readonly TaskRunRecord[],
  order: { readonly column: number; readonly down: boolean } | undefined,
) {
  if (!order) return tasks;
  const { value } = COLUMNS[order.column]!;
  const sign = order.down ? -1 : 1;
  return tasks.toSorted((a, b) => {
    const [one, other] = [value(a), value(b)];
    return (
      sign * (typeof one === "number" ? one - (other as number) : one.localeCompare(other as string)) ||
      (a.mapIndex ?? -1) - (b.mapIndex ?? -1)
    );
  });
}

function drawStates(select: HTMLSelectElement, { run }: RunScene): void {
  const types = [...new Set(run.tasks.map(({ state }) => state.type))].sort();
  if (select.dataset.types === types.join()) return;
  select.dataset.types = types.join();
  const chosen = select.value;
  select.replaceChildren(
    element("option", { value: "" }, t("All states")),
    ...(types.some((type) => FAILED_TYPES.includes(type))
      ? [element("option", { value: ALL_FAILED }, t("All that failed"))]
      : []),
    ...types.map((type) => element("option", { value: type }, wordOf(type))),
  );
  select.value = chosen === ALL_FAILED || types.includes(chosen as never) ? chosen : "";
  if (select.selectedIndex < 0) select.value = "";
}
