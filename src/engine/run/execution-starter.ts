import type { TaskRunRecord } from "../../contracts/records.js";
import { Pending, Resume, type State } from "../../state/states.js";
import type { TaskCall } from "../../task/task-call.js";
import { PreviousResults } from "../persist/previous-results.js";
import type { RunJournal } from "../persist/run-journal.js";
import { upstreamExecuted, upstreamStatesOf } from "../plan/call-node.js";
import type { InputKeys } from "../resume/input-keys.js";
import { type InputPreviews, inputPreviews } from "../resume/input-previews.js";
import { previousLoop, previousState } from "../resume/previous-state.js";
import { KEPT, reuseDecision } from "../resume/reuse-decision.js";
import type { RunScope } from "../task/step.js";
import { type CallNodes, type ExecutionKeys, executionName, type TaskExecution } from "../task/task-execution.js";
import { type Observe, TaskRunner } from "../task/task-runner.js";

/** What running executions needs of their flow run. */
export interface ExecutionSetting {
  readonly scope: RunScope;
  readonly journal: RunJournal;
  readonly inputKeys: InputKeys;
  readonly observe: Observe;
  /** How long a retry may be waited for. */
  readonly maxWaitMs: number;
  /** Whether a given Cached state is taken only while it is valid. */
  readonly checksGiven: boolean;
  /** Nothing is to be called: the plan alone is wanted. @default false */
  readonly isPlanned?: boolean;
  /** Executions that a person resumed, by `executionName`. */
  readonly resumed: ReadonlySet<string>;
  /** What that person gave them. */
  readonly resumeValue: unknown;
}

/** Decides for each execution whether a given or an earlier state is reused, and runs it where none is. */
export class ExecutionStarter {
  readonly #runner: TaskRunner;
  /** Results of earlier attempts: read where they are needed. */
  readonly reused: PreviousResults;

  constructor(private readonly setting: ExecutionSetting & { readonly nodes: CallNodes }) {
    this.#runner = new TaskRunner(setting.scope, setting.observe, setting.isPlanned);
    this.reused = new PreviousResults(setting.nodes, (execution, reason) => this.#runAgain(execution, reason));
  }

  /** The state that an execution reaches, on disk where there is a store. Never rejects. */
  async run(execution: TaskExecution): Promise<State> {
    const { state, previous } = execution;
    const { nodes, scope } = this.setting;
    if (this.isToCheck(execution)) return this.#checkGiven(execution);
    if (state.isFinished()) return this.#keepGiven(execution);
    if (!previous || execution.executed || !scope.results.source) return this.#execute(execution, state);
    const keys = this.#keysOf(execution, upstreamStatesOf(execution, nodes));
    const decision = keys && reuseDecision(previous, keys, upstreamExecuted(execution, nodes));
    const left = previousState(previous, scope.results.source);
    if (decision?.reuse) return this.#keep(execution, left, decision.reason);
    execution.reason = decision?.reason ?? null;
    return this.#execute(execution, this.#resumedFrom(execution, left));
  }

  /** Whether an execution's state was given and is to be held to the task's cache validator. */
  isToCheck({ state }: TaskExecution): boolean {
    return this.setting.checksGiven && state.type === "Cached";
  }

  async #checkGiven(execution: TaskExecution): Promise<State> {
    const given = execution.state;
    const ended = await this.#execute(execution, given);
    return ended === given ? this.#keepGiven(execution) : ended;
  }

  /** Runs a reused execution anew; waits for its retries, as far as a run does. Until then it stays what it was. */
  async #runAgain(execution: TaskExecution, reason: string): Promise<State> {
    const { scope, maxWaitMs } = this.setting;
    execution.reason = reason;
    let state: State = new Pending<unknown>({});
    for (;;) {
      state = await this.#execute(execution, state);
      if (state.type !== "Retrying" || scope.stop.state) return state;
      const delayMs = state.startTime.getTime() - scope.clock.now();
      if (delayMs > maxWaitMs) return state;
      await new Promise<void>((resolve) => void scope.clock.after(Math.max(0, delayMs), resolve));
    }
  }

  /** The state in which an earlier attempt left it, to run from: a pending one as it is, any other anew with its inputs. */
  #resumedFrom(execution: TaskExecution, left: State): State {
    const { scope, resumed, resumeValue } = this.setting;
    const loop = previousLoop(execution.previous!.memory, scope.results.source!);
    execution.loopCount = loop.loopCount;
    execution.loopResult = loop.loopResult;
    const { cachedInputs } = left;
    if (resumed.has(executionName(execution.call.name, execution.mapIndex))) {
      execution.resumeValue = resumeValue;
      return new Resume({ cachedInputs });
    }
    return left.isPending() ? left : new Pending<unknown>({ cachedInputs });
  }

  async #execute(execution: TaskExecution, from: State): Promise<State> {
    const unread = this.reused.unreadBefore(execution);
    if (unread.length > 0) await this.reused.read(unread);
    const upstream = upstreamStatesOf(execution, this.setting.nodes);
    const keys = this.#keysOf(execution, upstream);
    execution.pass = { upstream, keys, inputs: [], unwritten: [], record: null };
    execution.cache = null;
    execution.resumed = false;
    try {
      return await this.#runner.run(from, execution);
    } finally {
      execution.pass = null;
    }
  }

  /** What an execution is made from; null where nobody compares. */
  #keysOf(execution: TaskExecution, upstream: ReadonlyMap<TaskCall, State>): ExecutionKeys | null {
    const { inputKeys, scope } = this.setting;
    const { node, call, inputs } = execution;
    if (scope.results.store === null && call.task.settings.cacheForMs === null && !this.isToCheck(execution))
      return null;
    let previews: InputPreviews | undefined;
    return {
      source: node.source,
      inputs: inputKeys.of(inputs, upstream),
      parameters: inputKeys.parameters,
      previews: () => {
        previews ??= inputPreviews(inputs, upstream, scope.parameters);
        return previews;
      },
    };
  }

  /** Keeps the state that an earlier attempt left. Its result stays in the store until somebody needs it. */
  #keep(execution: TaskExecution, state: State, reason: string | null): State {
    const { run: left, memory } = execution.previous!;
    const { journal } = this.setting;
    const run: TaskRunRecord = { ...left, attempt: journal.run.attempt, kept: true, reason };
    execution.reason = reason;
    if (reason === KEPT) journal.keep(run);
    else void journal.transition({ run, memory, results: [] }); // there is more to say than that it was kept
    this.setting.observe(state, execution);
    return state;
  }

  /** Keeps a state that the run was given to begin with. */
  async #keepGiven(execution: TaskExecution): Promise<State> {
    const { state } = execution;
    const keys = this.#keysOf(execution, upstreamStatesOf(execution, this.setting.nodes));
    await this.setting.scope.states.writeGiven(execution, state, keys);
    this.setting.observe(state, execution);
    return state;
  }
}
