import { toErrorRecord } from "../../links/error-record.js";
import { Failed, Pending, type State } from "../../state/states.js";
import { End, type Step } from "./step.js";
import { checkRetry } from "./steps-after.js";
import {
  checkReady,
  checkStartTime,
  checkUpstreamFinished,
  checkUpstreamSkipped,
  initializeRun,
} from "./steps-before.js";
import { getTaskInputs } from "./steps-inputs.js";
import {
  cacheResult,
  callTask,
  checkCached,
  checkTrigger,
  persistResult,
  setRunning,
  stepFailed,
} from "./steps-running.js";
import type { TaskRun } from "./task-run.js";

/** Told of each state a task run comes to; the first of them is the one before. */
export type Observe = (before: State, after: State) => void;

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
  setRunning,
  callTask,
  persistResult,
  cacheResult,
  checkRetry,
];

/** Runs one task run through its steps; `run` is checkLoop: it begins anew while the task asks for another round. */
export class TaskRunner {
  constructor(private readonly observe: Observe) {}

  /** The state that the run comes to from `state`. Never rejects. */
  async run(state: State, run: TaskRun): Promise<State> {
    let ended = await this.pass(state, run);
    while (ended.type === "Looped") {
      run.loopResult = ended.result;
      run.loopCount = ended.loopCount + 1;
      run.runCount = 0; // a round of a loop has attempts of its own
      ended = await this.pass(new Pending<unknown>({ context: { loopCount: run.loopCount } }), run);
    }
    if (ended.isFailed()) await this.tellFailure(ended, run);
    return ended;
  }

  private async pass(from: State, run: TaskRun): Promise<State> {
    let state = from;
    for (const step of STEPS) {
      // Awaited only where there is something to wait for: a turn for each step of each task adds up.
      const begun = outcomeOf(step, state, run);
      const outcome = begun instanceof Promise ? await begun : begun;
      const next = outcome instanceof End ? outcome.state : outcome;
      if (next !== state) {
        const before = state;
        state = run.call.task.settings.stateHandlers.length > 0 ? await handled(before, next, run) : next;
        this.observe(before, state);
      }
      if (outcome instanceof End) break;
    }
    return state;
  }

  private async tellFailure(state: State, run: TaskRun): Promise<void> {
    try {
      await run.call.task.settings.onFailure?.(run.call.task, state);
    } catch (thrown) {
      run.scope.log(run, `onFailure threw ${toErrorRecord(thrown).message}`);
    }
  }
}

/** Handlers run only on a change, and may give another state. */
async function handled(before: State, after: State, run: TaskRun): Promise<State> {
  let state = after;
  for (const handler of run.call.task.settings.stateHandlers)
    try {
      state = (await handler(run.call.task, before, state)) ?? state;
    } catch (thrown) {
      state = new Failed<unknown>({
        message: `A state handler threw ${toErrorRecord(thrown).message}`,
        result: thrown,
      });
    }
  return state;
}

function outcomeOf(step: Step, state: State, run: TaskRun): ReturnType<Step> {
  try {
    const outcome = step(state, run);
    return outcome instanceof Promise ? outcome.catch(failed) : outcome;
  } catch (thrown) {
    return failed(thrown);
  }
}

const failed = (thrown: unknown): End => new End(stepFailed(thrown));
