import type { CodeCell } from "@jupyterlab/cells";
import { FLOW_RUN_MIME, STATE_MIME } from "../../src/contracts/records.js";
import { keptAndRan } from "../../src/display/run-outline.js";
import { readFlowRun, readState } from "./renderers/read-record.js";
import type { CellMark } from "./views/cell-mark.js";

/** What the last state or flow run in a cell's outputs says of it; undefined for a cell that shows none. */
export function cellMarkOf({ model }: CodeCell): CellMark | undefined {
  for (let index = model.outputs.length - 1; index >= 0; index -= 1) {
    const { data } = model.outputs.get(index);
    try {
      if (data[FLOW_RUN_MIME]) {
        const run = readFlowRun(data[FLOW_RUN_MIME]);
        return { name: run.flow, state: run.state.type, counts: keptAndRan(run), stale: model.isDirty };
      }
      if (data[STATE_MIME]) {
        const state = readState(data[STATE_MIME]);
        return { name: state.name, state: state.type, counts: undefined, stale: model.isDirty };
      }
    } catch {
      // the output itself says in words what cannot be shown
    }
  }
  return undefined;
}
