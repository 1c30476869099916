import { Failed, Pending, type State } from "../../state/states.js";
import { Signal } from "../../task/signals.js";
import { callbackName, isThenable, oneLine, StoppedError, settled, stateGiven } from "./callbacks.js";
import { stateOfSignal } from "./signal-state.js";
import { End, type RunScope, type Step } from "./step.js";
import { checkRetry } from "./steps-after.js";
import {
  checkReady,
  checkStartTime,
  checkTrigger,
  checkUpstreamFinished,
  checkUpstreamSkipped,
  initializeRun,
} from "./steps-before.js";
import { getTaskInputs, inputResults } from "./steps-inputs.js";
import {
  awaitLimits,
  cacheResult,
  callTask,
  checkCached,
  persistResult,
  setRunning,
  stepFailed,
} from "./steps-running.js";
import { passOf, type TaskExecution } from "./task-execution.js";

/** Observes each state that a task run reaches. */
export type Observe = (state: State, execution: TaskExecution) => void;

/** A task run, read from top to bottom. A step gives the next state, or the same object to pass. */
const STEPS: readonly Step[] = [
  initializeRun,
  checkReady,
  checkStartTime,
  checkUpstreamFinished,
  checkUpstreamSkipped,
  getTaskInputs,
  checkCached,
  checkTrigger,
  awaitLimits,
  setRunning,
  callTask,
  persistResult,
  cacheResult,
  checkRetry,
];

/** Those that decide whether the task is called. */
const PLAN_STEPS: readonly Step[] = STEPS.slice(0, STEPS.indexOf(awaitLimits));

/**
 * Runs one task run through its steps and writes what it reached; `run` is checkLoop as well: a new pass begins
 * while the task asks for another round.
 */
export class TaskRunner {
  constructor(
    private readonly scope: RunScope,
    private readonly observe: Observe,
    /** Stops where the task would be called, and calls nothing else of the user's that observes. */
    private readonly isPlanned = false,
  ) {}

  /** The state that the task run reaches from `state`, on disk where there is a store. Never rejects. */
  async run(state: State, execution: TaskExecution): Promise<State> {
    let ended = await this.pass(state, execution);
    while (ended.type === "Looped" && !this.scope.stop.state) {
      execution.loopResult = ended._result;
      execution.loopCount = ended.loopCount + 1;
      execution.runCount = 0; // a round of a loop has attempts of its own
      await new Promise(setImmediate); // rounds that never await leave the event loop its turns
      ended = await this.pass(new Pending<unknown>({ context: { loopCount: execution.loopCount } }), execution);
    }
    if (ended.isFailed() && !this.isPlanned) await this.notifyFailure(ended, execution);
    return ended;
  }

  private async pass(from: State, execution: TaskExecution): Promise<State> {
    let state = from;
    let hasEntered = false;
    for (const step of this.isPlanned ? PLAN_STEPS : STEPS) {
      // Awaited only where there is something to wait for: a turn for each step of each task adds up.
      const begun = this.outcomeOf(step, state, execution);
      const outcome = begun instanceof Promise ? await begun : begun;
      let next = outcome instanceof End ? outcome.state : outcome;
      let isOver = outcome instanceof End;
      if (next !== state) {
        const before = state;
        if (!this.isPlanned && execution.call.task.settings.stateHandlers.length > 0) {
          const handled = await this.handled(before, next, execution);
          isOver ||= handled instanceof End;
          next = handled instanceof End ? handled.state : handled;
        }
        if (step === setRunning && !next.isRunning()) {
          isOver = true; // a handler took the task's turn: it is not called
          execution.runCount -= 1;
        }
        state = withInputs(next, execution);
        this.reached(state, execution);
      }
      if (step === awaitLimits) hasEntered = true;
      if (step === callTask || isOver) {
        if (hasEntered) this.scope.limits.leave(execution.call.task);
        hasEntered = false;
      }
      if (isOver) break;
    }
    await this.scope.states.write(execution);
    return state;
  }

  /** Notes a state to be written. Running is written at once: whoever resumes must know what may have been called. */
  private reached(state: State, execution: TaskExecution): void {
    const { unwritten } = passOf(execution);
    // A Success that became Cached is the same moment.
    if (state.type === "Cached" && unwritten.at(-1)?.type === "Success") unwritten.pop();
    unwritten.push(state);
    if (state.isRunning()) {
      execution.startedAt ??= this.scope.clock.now();
      execution.executed = true;
      void this.scope.states.write(execution); // it need not be on disk before the task is called
    } else if (state.isFinished()) execution.executed = true;
    this.observe(state, execution);
  }

  /** Handlers run only on a change, and may give another state; an error of theirs ends the pass. */
  private async handled(before: State, after: State, execution: TaskExecution): Promise<State | End> {
    const { call } = execution;
    const { stateHandlers, timeoutMs } = call.task.settings;
    const { stop, clock } = this.scope;
    const what = callbackName("a state handler", "task", call.name);
    let state = after;
    for (const handler of stateHandlers)
      try {
        const given = handler(call.task, before, state);
        const settledTo = isThenable(given)
          ? await settled(what, given, { stop, timeoutMs, after: clock.after })
          : given;
        state = stateGiven(what, settledTo) ?? state;
      } catch (thrown) {
        return new End(this.stateOfHandlerError(what, thrown, execution));
      }
    return state;
  }

  private stateOfHandlerError(what: string, thrown: unknown, execution: TaskExecution): State {
    if (thrown instanceof StoppedError) return thrown.state;
    if (thrown instanceof Signal) {
      const { loopCount, runCount } = execution;
      return stateOfSignal(thrown, { loopCount, runCount, now: this.scope.clock.now });
    }
    return new Failed<unknown>({ message: `${what} threw ${oneLine(thrown)}`, result: thrown });
  }

  private async notifyFailure(state: State, execution: TaskExecution): Promise<void> {
    const { call } = execution;
    const { onFailure, timeoutMs } = call.task.settings;
    if (!onFailure) return;
    const { stop, clock } = this.scope;
    const what = callbackName("onFailure", "task", call.name);
    try {
      const given: unknown = onFailure(call.task, state);
      if (isThenable(given)) await settled(what, given, { stop, timeoutMs, after: clock.after });
    } catch (thrown) {
      if (!(thrown instanceof StoppedError)) this.scope.log(execution, `${what} threw ${oneLine(thrown)}`);
    }
  }

  private outcomeOf(step: Step, state: State, execution: TaskExecution): ReturnType<Step> {
    try {
      const outcome = step(state, execution, this.scope);
      return outcome instanceof Promise ? outcome.catch(failed) : outcome;
    } catch (thrown) {
      return failed(thrown);
    }
  }
}

const failed = (thrown: unknown): End => new End(stepFailed(thrown));

/** A state in which the task waits carries the inputs it will be called with again. */
function withInputs(state: State, execution: TaskExecution): State {
  const { inputs } = passOf(execution);
  if (!state.isPending() || inputs.length === 0) return state;
  const waits = state.type === "Retrying" || state.type === "Paused" || state.type === "Scheduled";
  if (!waits || Object.keys(state.cachedInputs).length > 0) return state;
  const { loopCount } = execution;
  const context = loopCount > 1 ? { ...state.context, loopCount } : state.context;
  return (state as State & { with(fields: object): State }).with({ cachedInputs: inputResults(execution), context });
}
