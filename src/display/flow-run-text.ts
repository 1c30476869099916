import type { FlowRunRecord, StateCounts, TaskRunRecord } from "../contracts/records.js";
import { FAILED_TYPES, type StateType } from "../contracts/records.js";
import { STATE_LOOKS } from "../contracts/state-look.js";
import { errorText } from "./error-text.js";
import { formatDuration } from "./human-units.js";
import { oneLine } from "./plain-text.js";
import {
  attemptText,
  keptAndRan,
  lostResultText,
  type OutlineNode,
  outlineRun,
  outlineType,
  taskTitle,
} from "./run-outline.js";

const MOST_LINES = 60;

/** "✕ Failed · audit · kept 2, ran 3 · 1.2 s". */
export function runTitle(run: FlowRunRecord): string {
  const { glyph, word } = STATE_LOOKS[run.state.type];
  const time = run.endedAt === null ? "" : ` · ${formatDuration(run.endedAt - run.startedAt)}`;
  return `${glyph} ${word} · ${oneLine(run.flow)} · ${keptAndRan(run)}${time}`;
}

/** "12: ✓ 11 Success, ✕ 1 Failed". */
export const countsText = (counts: StateCounts): string =>
  (Object.entries(counts) as [StateType, number][])
    .map(([type, count]) => `${STATE_LOOKS[type].glyph} ${count} ${STATE_LOOKS[type].word}`)
    .join(", ");

/** What there is to say of a task beside its state: kept, attempts, why, what went wrong. */
export function taskNote(task: TaskRunRecord): string {
  const notes: string[] = [];
  if (task.kept) notes.push("kept");
  if (task.state.runCount > 1) notes.push(`attempt ${attemptText(task)}`);
  if (task.reason && task.reason !== "kept") notes.push(oneLine(task.reason));
  const lost = lostResultText(task);
  if (lost) notes.push(oneLine(lost));
  if (task.state.error) notes.push(oneLine(errorText(task.state.error, { stack: false })));
  else if (task.state.message && FAILED_TYPES.includes(task.state.type)) notes.push(oneLine(task.state.message));
  return notes.join(", ");
}

/** The run as a tree of lines. */
export function flowRunText(run: FlowRunRecord): string {
  const lines: string[] = [];
  const outline = outlineRun(run);
  outline.forEach((node, index) => {
    const last = index === outline.length - 1;
    lines.push(`${last ? "└─" : "├─"} ${nodeLine(node)}`);
    for (const child of node.children.filter(({ state }) => FAILED_TYPES.includes(state.type)).slice(0, 5))
      lines.push(`${last ? "  " : "│ "}   ${taskLine(child)}`);
  });
  const shown =
    lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `… and ${lines.length - MOST_LINES} more`] : lines;
  return [runTitle(run), ...shown].join("\n");
}

function nodeLine(node: OutlineNode): string {
  const counts = countsText(node.childStates);
  if (node.run) return taskLine(node.run) + (counts && ` (${counts})`);
  const type = outlineType(node);
  return `${type ? STATE_LOOKS[type].glyph : "·"} ${oneLine(node.name)}  ${counts || "planned"}`;
}

function taskLine(task: TaskRunRecord): string {
  const { glyph, word } = STATE_LOOKS[task.state.type];
  const time =
    task.startedAt !== null && task.endedAt !== null ? `  ${formatDuration(task.endedAt - task.startedAt)}` : "";
  const note = taskNote(task);
  return `${glyph} ${oneLine(taskTitle(task), 60)}  ${word}${time}${note && `  ${note}`}`;
}
