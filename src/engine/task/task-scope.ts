import type { RunToken } from "../../flow/executor.js";
import { SecretText } from "../../result/secret-text.js";
import type { StoredBytes } from "../../result/stored-bytes.js";
import type { State } from "../../state/states.js";
import { insideTask, type TaskContext } from "../../task/context.js";
import { revealed } from "../../task/template.js";
import type { RunScope } from "./step.js";
import type { TaskExecution } from "./task-execution.js";

/** The engine's side of an attempt: what its executor is given. */
export class TaskScope implements RunToken {
  readonly context: TaskContext;
  readonly now: () => number;
  readonly after: (delayMs: number, body: () => void) => () => void;
  readonly inOwnTurn: RunToken["inOwnTurn"];
  readonly importFolder: string;
  readonly #execution: TaskExecution;
  readonly #scope: RunScope;
  readonly #aborter = new LazyAborter();

  constructor(execution: TaskExecution, scope: RunScope) {
    this.#execution = execution;
    this.#scope = scope;
    this.now = scope.clock.now;
    this.after = scope.clock.after;
    this.inOwnTurn = scope.inOwnTurn;
    this.importFolder = scope.importFolder;
    this.context = taskView(execution, scope, this.#aborter);
  }

  onStop(listener: (state: State) => void): () => void {
    return this.#scope.stop.onStop(listener);
  }

  abort(reason: unknown): void {
    this.#aborter.abort(reason);
  }

  readonly keepStream = (stream: AsyncIterable<unknown>): Promise<StoredBytes> =>
    insideTask(this.context, () => this.#shelf().keepStream(stream, this.context.signal)); // a generator runs while it is read

  readonly streamFolder = (): Promise<string> => this.#shelf().folder();

  #shelf() {
    const { call } = this.#execution;
    return this.#scope.results.shelf(call.name, call.task.settings.checkpoint);
  }
}

/** What the task sees by `context()`: a view of its own, without the engine's handles. */
function taskView(execution: TaskExecution, scope: RunScope, aborter: LazyAborter): TaskContext {
  const { call, mapIndex, runCount, loopCount, loopResult, resumed, resumeValue } = execution;
  return {
    taskName: call.name,
    taskRunCount: runCount,
    mapIndex,
    parameters: revealedParameters(scope.parameters),
    flowName: scope.flowName,
    flowRunId: scope.flowRunId,
    scheduledStartTime: new Date(scope.clock.now()),
    loopCount,
    loopResult: loopResult?.value,
    resumed,
    resumeValue,
    get signal() {
      return aborter.signal;
    },
    log: (text) => scope.log(execution, String(text)),
    progress: (fraction, message) =>
      scope.progress(execution, Math.min(1, Math.max(0, Number(fraction) || 0)), message ?? null),
  };
}

/** Makes its controller when a task first asks for the signal: most never do, and each costs some microseconds. */
class LazyAborter {
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#controller?.abort(reason);
  }
}

/** As a task sees them: the very ones where there is no secret. */
function revealedParameters(parameters: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  if (!Object.values(parameters).some((value) => value instanceof SecretText)) return parameters;
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, revealed(value)]));
}
