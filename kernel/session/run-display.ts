import type { FlowRunRecord, StateRecord } from "../../src/contracts/records.js";
import { displayIdOf, flowRunBundle } from "../../src/display/flow-run-bundle.js";
import type { LiveRun } from "../../src/engine/host/host.js";
import { currentCell, parentOfOutput } from "./cell-context.js";
import type { Outlet } from "./outlet.js";

/** A live view follows by a comm; the output itself is for pages and clients without one. */
const REDRAW_MS = 500;
/** Progress reaches live views by way of the kernel process, since no store has it. */
const PROGRESS_MS = 200;

/**
 * Shows a flow run in the cell that runs it, follows it, and shows its end.
 * @param again it is a run shown before, whose output is to change.
 */
export function showRun(run: LiveRun, outlet: Outlet, again: boolean): void {
  const parent = parentOfOutput();
  const cell = currentCell();
  let drawn: FlowRunRecord | undefined;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const record = run.current();
    if (record === drawn) return;
    const update = again || drawn !== undefined;
    drawn = record;
    outlet.show({ data: flowRunBundle(record), metadata: {} }, { displayId: displayIdOf(record.id), update, parent });
  };
  draw();
  const told = new Map<string, StateRecord["progress"]>();
  let progressTimer: NodeJS.Timeout | undefined;
  const tellProgress = (): void => {
    progressTimer = undefined;
    const record = run.current();
    const tasks = record.tasks.filter(({ id, state }) => state.progress && state.progress !== told.get(id));
    for (const { id, state } of tasks) told.set(id, state.progress);
    if (tasks.length > 0) outlet.post({ kind: "progress", parent, runId: record.id, tasks });
  };
  const unfollow = run.onChange(() => {
    timer ??= setTimeout(draw, REDRAW_MS).unref();
    progressTimer ??= setTimeout(tellProgress, PROGRESS_MS).unref();
  });
  cell?.beforeEnd.add(draw);
  void run.ended.then(() => {
    unfollow();
    clearTimeout(progressTimer);
    cell?.beforeEnd.delete(draw);
    draw();
  });
}
