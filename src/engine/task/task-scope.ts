import type { RunToken } from "../../flow/executor.js";
import type { StoredBytes } from "../../result/stored-bytes.js";
import type { State } from "../../state/states.js";
import { insideTask, type TaskContext } from "../../task/context.js";
import type { TaskRun } from "./task-run.js";

/** What a running task sees of its run, and the way to stop it. */
export class TaskScope implements TaskContext, RunToken {
  readonly taskName: string;
  readonly taskRunCount: number;
  readonly mapIndex: number | null;
  readonly parameters: { readonly [name: string]: unknown };
  readonly flowName: string;
  readonly flowRunId: string;
  readonly scheduledStartTime: Date;
  readonly loopCount: number;
  readonly loopResult: unknown;
  readonly resumed: boolean;
  readonly now: () => number;
  readonly after: (delayMs: number, body: () => void) => () => void;
  readonly #run: TaskRun;
  #controller: AbortController | undefined;
  #gaveUp: { readonly reason: unknown } | undefined;

  constructor(run: TaskRun) {
    const { scope, call } = run;
    this.#run = run;
    this.taskName = call.task.name;
    this.taskRunCount = run.runCount;
    this.mapIndex = run.mapIndex;
    this.parameters = scope.parameters;
    this.flowName = scope.flowName;
    this.flowRunId = scope.flowRunId;
    this.scheduledStartTime = new Date(scope.clock.now());
    this.loopCount = run.loopCount;
    this.loopResult = run.loopResult;
    this.resumed = run.resumed;
    this.now = scope.clock.now;
    this.after = scope.clock.after;
  }

  get context(): TaskContext {
    return this;
  }

  /** Made when a task first asks: most never do, and each costs some microseconds. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#gaveUp) this.#controller.abort(this.#gaveUp.reason);
    }
    return this.#controller.signal;
  }

  onStop(listener: (state: State) => void): () => void {
    return this.#run.scope.stop.onStop(listener);
  }

  abort(reason: unknown): void {
    this.#gaveUp ??= { reason };
    this.#controller?.abort(reason);
  }

  readonly keepStream = (stream: AsyncIterable<unknown>): Promise<StoredBytes> =>
    insideTask(this, () => this.#shelf().keepStream(stream, this.signal)); // a generator runs while it is read

  readonly streamFolder = (): Promise<string> => this.#shelf().folder();

  #shelf() {
    const { scope, call } = this.#run;
    return scope.keeper.shelf(call.name, call.task.settings.checkpoint);
  }

  readonly log = (text: string): void => this.#run.scope.log(this.#run, String(text));

  readonly progress = (fraction: number, message?: string): void =>
    this.#run.scope.progress(this.#run, Math.min(1, Math.max(0, fraction)), message ?? null);
}
