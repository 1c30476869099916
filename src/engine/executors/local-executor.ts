import type { Executor, RunToken, TaskRef } from "../../flow/executor.js";
import type { State } from "../../state/states.js";
import { callFunction } from "../task/call-function.js";

/** What makes a LocalExecutor. */
export interface LocalOptions {
  /** Tasks under way at once in a flow run. @default 64 */
  readonly concurrency?: number;
}

/** Calls tasks in this thread, side by side while they wait. */
export class LocalExecutor implements Executor {
  readonly concurrency: number;

  constructor({ concurrency = 64 }: LocalOptions = {}) {
    if (!(concurrency >= 1))
      throw new TypeError(`Cannot make a LocalExecutor: concurrency is ${concurrency}, not 1 or more`);
    this.concurrency = concurrency;
  }

  async submit(ref: TaskRef, inputs: readonly unknown[], token: RunToken): Promise<State> {
    return callFunction(ref, inputs, token);
  }

  cancel(): void {} // its token has told the task; nothing else is held here

  /** Holds nothing. */
  async close(): Promise<void> {}
}
