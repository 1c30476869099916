import { RUNNING_TYPES, type TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { taskTitle } from "../../../src/display/run-outline.js";
import { element, keyedViews, setAttributes, setText, type View } from "./element.js";
import type { RunScene } from "./flow-run-model.js";
import { stateIcon, toneOf, wordOf } from "./state-icon.js";

/** Rows drawn at most; the table has them all. */
const MOST_ROWS = 300;

interface Row {
  readonly task: TaskRunRecord;
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly running: boolean;
  readonly selected: boolean;
}

/** When each task ran in this attempt: a thin line while it waited, a bar while it ran. */
export function timelineView(select: (key: string | undefined) => void): View<RunScene> {
  const axis = element("div", { class: "cl-axis", "aria-hidden": "true" });
  const rows = element("div", { class: "cl-rows", role: "list" });
  const note = element("div", { class: "cl-note" });
  const node = element("div", { class: "cl-timeline" }, axis, element("div", { class: "cl-scroll" }, rows), note);
  const updateRows = keyedViews<Row>(
    rows,
    ({ task }) => task.id,
    () => rowView(select),
  );
  return {
    node,
    update({ run, now, running, selected }) {
      const from = run.startedAt;
      const to = Math.max(from + 1, run.endedAt ?? (running ? now : lastMoment(run.tasks, from)));
      drawAxis(axis, to - from);
      updateRows(
        run.tasks
          .slice(0, MOST_ROWS)
          .map((task) => ({ task, from, to, now, running, selected: selected === selectionKey(task) })),
      );
      const left = run.tasks.length - MOST_ROWS;
      note.hidden = left <= 0;
      setText(note, left > 0 ? `and ${left} more, in Tasks` : "");
    },
  };
}

/** A call is selected by name, a mapped child by its id. */
export const selectionKey = (task: TaskRunRecord): string => (task.mapIndex === null ? task.name : task.id);

function rowView(select: (key: string | undefined) => void): View<Row> {
  const icon = stateIcon();
  const name = element("span", { class: "cl-row-name" });
  const wait = element("div", { class: "cl-wait" });
  const bar = element("div", { class: "cl-run-bar" });
  const time = element("span", { class: "cl-row-time" });
  const node = element(
    "div",
    { class: "cl-row", role: "listitem" },
    element("button", { type: "button", class: "cl-row-label" }, icon.node, name),
    element("div", { class: "cl-track" }, wait, bar),
    time,
  );
  let row: Row | undefined;
  node.addEventListener("click", () => row && select(row.selected ? undefined : selectionKey(row.task)));
  return {
    node,
    update(next) {
      row = next;
      const { task, from, to, now, running, selected } = next;
      const { state, kept, startedAt } = task;
      icon.update(state.type);
      setText(name, taskTitle(task));
      const end = task.endedAt ?? (running && RUNNING_TYPES.includes(state.type) ? now : null);
      const percent = (moment: number) => Math.min(100, Math.max(0, ((moment - from) / (to - from)) * 100));
      const ran = !kept && startedAt !== null;
      wait.hidden = !ran;
      bar.hidden = !ran;
      if (ran) {
        const [left, right] = [
          percent(startedAt),
          percent(end ?? (RUNNING_TYPES.includes(state.type) ? to : startedAt)),
        ];
        wait.style.width = `${left}%`;
        bar.style.left = `${left}%`;
        bar.style.width = `${right - left}%`;
      }
      setText(time, kept ? "kept" : ran && end !== null ? formatDuration(end - startedAt) : "");
      setAttributes(node, {
        title: `${taskTitle(task)}: ${wordOf(state.type)}`,
        "data-tone": toneOf(state.type),
        "data-state": state.type,
        "data-selected": selected ? "true" : null,
        "data-child": task.mapIndex === null ? null : "true",
      });
    },
  };
}

function drawAxis(axis: HTMLElement, span: number): void {
  const step = niceStep(span / 5);
  const ticks: HTMLElement[] = [];
  for (let at = 0; at <= span * 0.97; at += step) {
    const tick = element("span", { class: "cl-tick" }, at === 0 ? "0" : formatDuration(at));
    tick.style.left = `${(at / span) * 100}%`;
    ticks.push(tick);
  }
  axis.replaceChildren(element("div", { class: "cl-axis-track" }, ...ticks));
}

/** 1, 2 or 5 times a power of ten, in seconds, minutes or hours. */
function niceStep(raw: number): number {
  const unit = raw < 60_000 ? 1 : raw < 3_600_000 ? 60_000 : 3_600_000;
  const power = 10 ** Math.floor(Math.log10(Math.max(raw / unit, 0.2)));
  return ([1, 2, 5, 10].find((each) => each * power * unit >= raw) ?? 10) * power * unit;
}

const lastMoment = (tasks: readonly TaskRunRecord[], from: number): number =>
  tasks.reduce(
    (last, { endedAt, startedAt, kept }) => (kept ? last : Math.max(last, endedAt ?? startedAt ?? from)),
    from,
  );
