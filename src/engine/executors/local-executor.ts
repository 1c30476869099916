import type { Executor, RunToken, TaskRef } from "../../flow/executor.js";
import { checkLimits, type Limits } from "../../flow/limits.js";
import type { State } from "../../state/states.js";
import { checkOptions } from "../../task/known-options.js";
import { callFunction } from "../task/call-function.js";

/** What makes a LocalExecutor. */
export interface LocalOptions {
  /** Tasks under way at once in a flow run. @default 64 */
  readonly concurrency?: number;
  /** Of them, how many with a tag, or of a name, at once or a second. @default no limits */
  readonly limits?: Limits;
}

/** Calls tasks in this thread, side by side while they wait. */
export class LocalExecutor implements Executor {
  readonly concurrency: number;
  readonly limits: Limits;

  constructor(options: LocalOptions = {}) {
    checkOptions("make a LocalExecutor", options, ["concurrency", "limits"]);
    const { concurrency = 64, limits = {} } = options;
    checkLimits("make a LocalExecutor", limits);
    if (!(concurrency >= 1))
      throw new TypeError(`Cannot make a LocalExecutor: concurrency is ${concurrency}, not 1 or more`);
    this.concurrency = concurrency;
    this.limits = limits;
  }

  async submit(ref: TaskRef, inputs: readonly unknown[], token: RunToken): Promise<State> {
    return callFunction(ref, inputs, token);
  }

  cancel(): void {} // its token has told the task; nothing else is held here

  /** Holds nothing. */
  async close(): Promise<void> {}
}
