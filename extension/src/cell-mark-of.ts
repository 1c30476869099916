import type { CodeCell } from "@jupyterlab/cells";
import { FLOW_RUN_MIME, type FlowRunSummary, STATE_MIME } from "../../src/contracts/records.js";
import { keptAndRan } from "../../src/display/run-outline.js";
import { readFlowRun, readState } from "./renderers/read-record.js";
import type { CellMark } from "./views/cell-mark.js";

/** A cell's mark, and the run that it is about. */
export interface CellOutcome {
  readonly mark: CellMark;
  readonly runId: string | undefined;
}

/**
 * What the last state or flow run in a cell's outputs says of it; undefined for a cell that shows none.
 * @param latest how a run is now: it wins over what was saved.
 */
export function cellOutcome(
  { model }: CodeCell,
  latest: (runId: string) => FlowRunSummary | undefined,
): CellOutcome | undefined {
  if (!model || model.isDisposed || !model.outputs) return undefined; // a notebook that is being read replaces its cells
  const stale = model.isDirty;
  for (let index = model.outputs.length - 1; index >= 0; index -= 1) {
    const { data } = model.outputs.get(index);
    try {
      if (data[FLOW_RUN_MIME]) {
        const saved = readFlowRun(data[FLOW_RUN_MIME]);
        return outcomeOf(newer(saved, latest(saved.id)), stale);
      }
      if (data[STATE_MIME]) {
        const state = readState(data[STATE_MIME]);
        const run = state.run && latest(state.run.id);
        if (run) return outcomeOf(run, stale);
        return {
          mark: { name: state.name, state: state.type, counts: undefined, stale },
          runId: state.run?.id,
        };
      }
    } catch {
      // the output itself says in words what cannot be shown
    }
  }
  return undefined;
}

const newer = (saved: FlowRunSummary, live: FlowRunSummary | undefined): FlowRunSummary =>
  live && live.attempt >= saved.attempt ? live : saved;

const outcomeOf = (run: FlowRunSummary, stale: boolean): CellOutcome => ({
  mark: { name: run.flow, state: run.state.type, counts: keptAndRan(run), stale },
  runId: run.id,
});
