import type { FlowRunRecord } from "../../src/contracts/records.js";
import { displayIdOf, flowRunBundle } from "../../src/display/flow-run-bundle.js";
import type { LiveRun } from "../../src/engine/host/host.js";
import { currentCell, parentOfOutput } from "./cell-context.js";
import type { Outlet } from "./outlet.js";

/** A live view follows by a comm; the output itself is for pages and clients without one. */
const REDRAW_MS = 500;

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
  const unfollow = run.onChange(() => {
    timer ??= setTimeout(draw, REDRAW_MS).unref();
  });
  cell?.beforeEnd.add(draw);
  void run.ended.then(() => {
    unfollow();
    cell?.beforeEnd.delete(draw);
    draw();
  });
}
