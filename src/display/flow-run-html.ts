import { FAILED_TYPES, type FlowRunRecord, type TaskRunRecord } from "../contracts/records.js";
import { STATE_LOOKS } from "../contracts/state-look.js";
import { countsText, runTitle, taskNote } from "./flow-run-text.js";
import { htmlTable } from "./html-table.js";
import { formatDuration } from "./human-units.js";
import { oneLine } from "./plain-text.js";
import { type OutlineNode, outlineRun, outlineType, taskTitle } from "./run-outline.js";

/** Cells of the timeline, each a Unicode block. */
const TIMELINE_CELLS = 24;

/** Failed children of one call that have a row each; the others are counted. */
const MOST_FAILED_CHILDREN = 10;

/**
 * The run as one plain table: what failed first, its states in glyph and word, and when each ran as Unicode blocks.
 * Mapped children are counted; those that failed are listed.
 */
export function flowRunHtml(run: FlowRunRecord): string {
  const [from, to] = spanOf(run);
  const row = (task: TaskRunRecord, name: string, note: string): string[] => {
    const { glyph, word } = STATE_LOOKS[task.state.type];
    const time = task.startedAt !== null && task.endedAt !== null ? formatDuration(task.endedAt - task.startedAt) : "";
    return [`${glyph} ${word}`, name, time, task.kept ? "" : blocks(task, from, to), note];
  };
  const rowsOf = (node: OutlineNode): string[][] => {
    const counts = countsText(node.childStates);
    const type = outlineType(node);
    const look = type ? `${STATE_LOOKS[type].glyph} ${STATE_LOOKS[type].word}` : "· Planned";
    const own = node.run
      ? row(node.run, oneLine(node.name), [taskNote(node.run), counts].filter(Boolean).join(", "))
      : [look, oneLine(node.name), "", "", counts];
    if (counts !== "") own[0] = look;
    const failed = node.children.filter(({ state }) => FAILED_TYPES.includes(state.type));
    const listed = failed.slice(0, MOST_FAILED_CHILDREN);
    const more = failed.length - listed.length;
    return [
      own,
      ...listed.map((child) => row(child, oneLine(taskTitle(child)), taskNote(child))),
      ...(more > 0 ? [["", `${oneLine(node.name)}: ${more} more that failed`, "", "", ""]] : []),
    ];
  };
  const rows = [...outlineRun(run)].sort((a, b) => rankOf(a) - rankOf(b)).flatMap(rowsOf);
  return htmlTable({ caption: runTitle(run), head: ["State", "Task", "Time", "Timeline", "Note"], rows });
}

/** What failed by its own doing, then what could not start for it, then the rest in graph order. */
function rankOf(node: OutlineNode): number {
  const type = outlineType(node);
  if (type === undefined || !FAILED_TYPES.includes(type)) return 2;
  return type === "TriggerFailed" ? 1 : 0;
}

function spanOf(run: FlowRunRecord): [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const { kept, startedAt, endedAt } of run.tasks) {
    if (kept || startedAt === null) continue;
    from = Math.min(from, startedAt);
    to = Math.max(to, endedAt ?? startedAt);
  }
  return [from, to];
}

function blocks(task: TaskRunRecord, from: number, to: number): string {
  if (task.startedAt === null || to <= from) return "";
  const scale = TIMELINE_CELLS / (to - from);
  const start = Math.min(TIMELINE_CELLS - 1, Math.floor((task.startedAt - from) * scale));
  const end = Math.max(start + 1, Math.min(TIMELINE_CELLS, Math.ceil(((task.endedAt ?? to) - from) * scale)));
  return "░".repeat(start) + "█".repeat(end - start) + "░".repeat(TIMELINE_CELLS - end);
}
