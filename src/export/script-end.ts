import { type FlowRunRecord, SUCCESSFUL_TYPES } from "../contracts/records.js";
import { block } from "../display/plain-text.js";

/** Names the open file to which `cellar run --json` wants the end of a script; its children are not to know it. */
export const END_FD = "CELLAR_END_FD";

/** How a script's runs ended, for machines. */
export interface ScriptEnd {
  readonly runs: readonly EndedRun[];
}
export type EndedRun = Pick<FlowRunRecord, "id" | "flow" | "attempt" | "kept" | "ran"> & {
  readonly state: string;
  readonly message: string | null;
  /** Of the tasks that did not succeed. */
  readonly failures: readonly { readonly task: string; readonly state: string; readonly message: string | null }[];
};

/** The end of a run, for machines. */
export const endOf = ({ id, flow, attempt, kept, ran, state, tasks }: FlowRunRecord): EndedRun => ({
  id,
  flow,
  state: state.type,
  message: state.message,
  attempt,
  kept,
  ran,
  failures: tasks
    .filter((task) => !SUCCESSFUL_TYPES.includes(task.state.type))
    .map((task) => ({
      task: task.name,
      state: task.state.type,
      message: task.state.error ? block(`${task.state.error.name}: ${task.state.error.message}`) : task.state.message,
    })),
});
