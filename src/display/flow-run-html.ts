import type { FlowRunRecord, TaskRunRecord } from "../contracts/records.js";
import { STATE_LOOKS } from "../contracts/state-look.js";
import { countsText, runTitle, taskNote } from "./flow-run-text.js";
import { htmlTable } from "./html-table.js";
import { formatDuration } from "./human-units.js";
import { oneLine } from "./plain-text.js";
import { outlineRun, outlineType, taskTitle } from "./run-outline.js";

/** Cells of the timeline, each a Unicode block. */
const TIMELINE_CELLS = 24;

/** The run as one plain table: its tasks, their states in glyph and word, and when each ran as Unicode blocks. */
export function flowRunHtml(run: FlowRunRecord): string {
  const [from, to] = spanOf(run);
  const row = (task: TaskRunRecord, name: string, note: string): string[] => {
    const { glyph, word } = STATE_LOOKS[task.state.type];
    const time = task.startedAt !== null && task.endedAt !== null ? formatDuration(task.endedAt - task.startedAt) : "";
    return [`${glyph} ${word}`, name, time, task.kept ? "" : blocks(task, from, to), note];
  };
  const rows = outlineRun(run).flatMap((node) => {
    const counts = countsText(node.childStates);
    const type = outlineType(node);
    const own = node.run
      ? row(node.run, oneLine(node.name), [taskNote(node.run), counts].filter(Boolean).join(", "))
      : [
          type ? `${STATE_LOOKS[type].glyph} ${STATE_LOOKS[type].word}` : "· Planned",
          oneLine(node.name),
          "",
          "",
          counts,
        ];
    return [own, ...node.children.map((child) => row(child, oneLine(taskTitle(child)), taskNote(child)))];
  });
  return htmlTable({ caption: runTitle(run), head: ["State", "Task", "Time", "Timeline", "Note"], rows });
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
