import type { EpochMs } from "../../contracts/json.js";
import type { Executor } from "../../flow/executor.js";
import type { ResultSerializer } from "../../result/result-serializer.js";
import type { Cached, State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { ResultWriter } from "../persist/result-writer.js";
import type { StateWriter } from "../persist/state-writer.js";
import type { TaskLimits } from "../plan/task-limits.js";
import type { Clock } from "../run/clock.js";
import type { StopSignal } from "../run/stop-signal.js";
import type { TaskExecution } from "./task-execution.js";

/** What all task runs of one attempt of a flow run share. */
export interface RunScope {
  readonly flowName: string;
  readonly flowRunId: string;
  readonly parameters: { readonly [name: string]: unknown };
  readonly executor: Executor;
  readonly clock: Clock;
  readonly stop: StopSignal;
  readonly serializer: ResultSerializer | null;
  readonly results: ResultWriter;
  readonly states: StateWriter;
  readonly limits: TaskLimits;
  /** Calls a body in a turn of its own, where the host unwinds running code; undefined where it does not. */
  readonly inOwnTurn: ((body: () => void) => void) | undefined;
  /** Folder from which a task's imports are resolved. */
  readonly importFolder: string;
  /** The same task run in the run of this place before this one, to say what changed since; undefined: none known. */
  readonly ranBefore: (execution: TaskExecution) => Promise<RememberedTask | undefined>;
  /** Looks for a result that may be taken instead of calling the task. */
  readonly findCached: (cacheKey: string) => Promise<Cached | undefined>;
  /** Rejects when another process has taken the run over while this one was stopped. */
  readonly confirmOwned: (now: EpochMs) => Promise<void> | undefined;
  readonly log: (execution: TaskExecution, text: string) => void;
  readonly progress: (execution: TaskExecution, fraction: number, message: string | null) => void;
}

/** The pipeline is over, with this state. */
export class End {
  constructor(readonly state: State) {}
}

/** Gives the next state, or the same object to pass. */
export type Step = (state: State, execution: TaskExecution, scope: RunScope) => State | End | Promise<State | End>;
