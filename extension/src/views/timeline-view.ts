import type { TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { taskTitle } from "../../../src/display/run-outline.js";
import { lastSegment, type Segment, segmentsOf } from "./attempts.js";
import { element, keyedViews, setAttributes, setText, type View } from "./element.js";
import type { RunScene } from "./flow-run-model.js";
import { countdown } from "./remaining.js";
import { stateIcon, toneOf, wordOf } from "./state-icon.js";
import type { TaskHistories } from "./task-histories.js";
import { drawAxis } from "./time-axis.js";
import { timeWindow } from "./time-window.js";
import { zoomButtons } from "./tool-button.js";
import { t } from "./translate.js";

/** Rows drawn at most; the table has them all. */
const MOST_ROWS = 300;

interface Row {
  readonly task: TaskRunRecord;
  /** The stretch of time in sight. */
  readonly from: number;
  readonly to: number;
  readonly begin: number;
  readonly now: number;
  readonly running: boolean;
  readonly selected: boolean;
}

export interface TimelineView extends View<RunScene> {
  /** Zoom buttons; they stand in the toolbar. */
  readonly tools: HTMLElement;
}

/** When each task ran in this attempt: thin lines while it waited for its turn or its next attempt, bars while it ran. */
export function timelineView(select: (key: string | undefined) => void, histories: TaskHistories): TimelineView {
  const track = element("div", { class: "cl-axis-track" });
  const axis = element("div", { class: "cl-axis", "aria-hidden": "true" }, track);
  const rows = element("div", { class: "cl-rows", role: "list" });
  const note = element("div", { class: "cl-note" });
  const node = element("div", { class: "cl-timeline" }, axis, element("div", { class: "cl-scroll" }, rows), note);
  const inSight = timeWindow(
    node,
    () => track.getBoundingClientRect(),
    () => draw(),
  );
  const tools = element(
    "div",
    { class: "cl-tools", role: "toolbar", "aria-label": t("Timeline") },
    ...zoomButtons(
      (factor) => inSight.zoom(factor),
      () => inSight.fit(),
    ),
  );
  const updateRows = keyedViews<Row>(
    rows,
    ({ task }) => task.id,
    () => rowView(select, histories),
  );
  let scene: RunScene | undefined;

  function draw(): void {
    if (!scene) return;
    const { run, now, running, selected } = scene;
    const begin = run.startedAt;
    const span = Math.max(1, (run.endedAt ?? (running ? now : lastMoment(run.tasks, begin))) - begin);
    const from = begin + span * inSight.start;
    const to = from + span * inSight.width;
    drawAxis(track, from - begin, to - begin, running ? now - begin : undefined);
    const ran = run.tasks.filter(({ kept }) => !kept);
    updateRows(
      ran
        .slice(0, MOST_ROWS)
        .map((task) => ({ task, from, to, begin, now, running, selected: selected === selectionKey(task) })),
    );
    const kept = run.tasks.length - ran.length;
    const left = ran.length - MOST_ROWS;
    const others = [left > 0 && `${left} more`, kept > 0 && `${kept} kept from an earlier attempt`].filter(Boolean);
    note.hidden = others.length === 0;
    setText(note, others.length > 0 ? `${others.join(" and ")}: in Tasks` : "");
  }
  return {
    node,
    tools,
    update(next) {
      scene = next;
      draw();
    },
  };
}

/** A call is selected by name, a mapped child by its id. */
export const selectionKey = (task: TaskRunRecord): string => (task.mapIndex === null ? task.name : task.id);

function rowView(select: (key: string | undefined) => void, histories: TaskHistories): View<Row> {
  const icon = stateIcon();
  const name = element("span", { class: "cl-row-name" });
  const track = element("div", { class: "cl-track" });
  const time = element("span", { class: "cl-row-time" });
  const node = element(
    "div",
    { class: "cl-row", role: "listitem" },
    element("button", { type: "button", class: "cl-row-label" }, icon.node, name),
    track,
    time,
  );
  const updateSegments = keyedViews<PlacedSegment>(
    track,
    ({ segment }) => `${segment.kind} ${segment.attempt} ${segment.from}`,
    segmentView,
  );
  let row: Row | undefined;
  node.addEventListener("click", () => row && select(row.selected ? undefined : selectionKey(row.task)));
  return {
    node,
    update(next) {
      row = next;
      const { task, from, to, begin, now, running, selected } = next;
      const { state, startedAt } = task;
      icon.update(state.type);
      setText(name, taskTitle(task));
      const open = running ? now : begin; // what no kernel tells of any more has no end to draw
      const segments = segmentsIn(task, histories, begin);
      updateSegments(
        segments
          .map((segment) => place(segment, segment.to ?? Math.max(open, segment.from), from, to))
          .filter(({ left, width }) => left < 100 && left + width >= 0),
      );
      const end = task.endedAt ?? (running && segments.at(-1)?.kind === "running" ? now : null);
      const wait = running ? countdown(state, now) : undefined;
      setText(time, wait ?? (startedAt !== null && end !== null ? formatDuration(end - startedAt) : ""));
      setAttributes(node, {
        title: `${taskTitle(task)}: ${wordOf(state.type)}`,
        "data-state": state.type,
        "data-selected": selected ? "true" : null,
        "data-child": task.mapIndex === null ? null : "true",
      });
    },
  };
}

/** Of a task that ran more than once its history tells the attempts; of the others the record tells enough. */
function segmentsIn(task: TaskRunRecord, histories: TaskHistories, begin: number): Segment[] {
  const history = task.state.runCount > 1 || task.state.type === "Retrying" ? histories.of(task) : undefined;
  if (history) return segmentsOf(history).filter(({ to }) => to === null || to > begin);
  const known = lastSegment(task);
  const first = known[0];
  if (!first || first.from <= begin) return known;
  return [{ kind: "queued", from: begin, to: first.from, attempt: 0, end: undefined }, ...known];
}

interface PlacedSegment {
  readonly segment: Segment;
  /** Percent of the track. */
  readonly left: number;
  readonly width: number;
}
function place(segment: Segment, end: number, from: number, to: number): PlacedSegment {
  const percent = (moment: number) => Math.min(101, Math.max(-1, ((moment - from) / (to - from)) * 100));
  const left = percent(segment.from);
  return { segment, left, width: percent(end) - left };
}

const KIND_WORDS = { queued: "Waited for its turn", running: "Ran", waiting: "Waited for its next attempt" } as const;

function segmentView(): View<PlacedSegment> {
  const node = element("div", {});
  return {
    node,
    update({ segment, left, width }) {
      const { kind, from, to, attempt, end } = segment;
      const ended = end && kind === "running" ? end.type : kind === "waiting" ? "Retrying" : "Running";
      // A failed attempt that is tried again ends as Retrying: its bar tells that it failed.
      const tone = kind === "running" && end?.type === "Retrying" ? "bad" : toneOf(ended);
      node.style.left = `${left}%`;
      node.style.width = `${width}%`;
      setAttributes(node, {
        class: kind === "running" ? "cl-run-bar" : "cl-wait",
        "data-kind": kind,
        "data-tone": tone,
        title: [
          KIND_WORDS[kind],
          kind === "running" && attempt > 0 && `attempt ${attempt}`,
          to !== null && formatDuration(to - from),
          kind === "running" && end?.message,
        ]
          .filter(Boolean)
          .join(" · "),
      });
    },
  };
}

const lastMoment = (tasks: readonly TaskRunRecord[], from: number): number =>
  tasks.reduce(
    (last, { endedAt, startedAt, kept }) => (kept ? last : Math.max(last, endedAt ?? startedAt ?? from)),
    from,
  );
