import type { EpochMs } from "../../contracts/json.js";
import type { TaskRunRecord } from "../../contracts/records.js";
import type { Executor } from "../../flow/executor.js";
import type { Result } from "../../result/result.js";
import type { ResultSerializer } from "../../result/result-serializer.js";
import type { Cached, State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { CallInput, TaskCall } from "../../task/task-call.js";
import type { Hashes } from "../../task/validators.js";
import type { ResultKeeper } from "../persist/result-writer.js";
import type { InputPreviews } from "../resume/input-previews.js";
import type { SourceKey } from "../resume/source-key.js";
import type { Clock } from "../run/clock.js";
import type { StopSignal } from "../run/stop-signal.js";

/** What all task runs of one flow run share. */
export interface RunScope {
  readonly flowName: string;
  readonly flowRunId: string;
  readonly parameters: { readonly [name: string]: unknown };
  readonly executor: Executor;
  readonly clock: Clock;
  readonly stop: StopSignal;
  readonly serializer: ResultSerializer | null;
  readonly keeper: ResultKeeper;
  /** The same task run in the run of this place before this one, to say what changed since; undefined: none known. */
  readonly ranBefore: (run: TaskRun) => Promise<RememberedTask | undefined>;
  /** Looks for a result that may be taken instead of running. */
  readonly findCached: (cacheKey: string) => Promise<Cached | undefined>;
  readonly log: (run: TaskRun, text: string) => void;
  readonly progress: (run: TaskRun, fraction: number, message: string | null) => void;
}

/** An input of a task as it is handed over, with the Result it came in, where it came in one. */
export interface FilledInput {
  readonly name: string;
  readonly value: unknown;
  readonly result: Result | null;
}

/** One run of one task, or of one child of a mapped one: what the steps need besides its state. */
export interface TaskRun {
  readonly id: string;
  readonly call: TaskCall;
  readonly mapIndex: number | null;
  readonly scope: RunScope;
  /** The states it waited for; of a map's child those of its own line. */
  readonly upstream: ReadonlyMap<TaskCall, State>;
  /** As an earlier attempt of this flow run left it. */
  readonly remembered: RememberedTask | undefined;
  /** What it is given; of a map's child its own items. */
  readonly givenInputs: readonly CallInput[];
  /** What it was made from; null where nobody compares. */
  readonly keys: RunKeys | null;
  runCount: number;
  loopCount: number;
  loopResult: unknown;
  resumed: boolean;
  inputs: readonly FilledInput[];
  /** What the run keeps for the cache; null when it does not. */
  cache: CacheMemory | null;
  /** Why it ran or did not. */
  reason: string | null;
  /** As it was last written: what progress is told on. */
  record: TaskRunRecord | null;
}

/** What is kept of a result that a later run may take. */
export interface CacheMemory {
  readonly key: string;
  readonly expires: EpochMs;
  readonly hashedInputs: { readonly [name: string]: string };
  readonly cachedParameters: { readonly [name: string]: string };
}

/** What tells whether a task would do the same again. */
export interface RunKeys {
  readonly source: SourceKey;
  readonly inputs: Hashes;
  readonly parameters: Hashes;
  /** Short texts of the inputs, made when first asked for. */
  readonly previews: () => InputPreviews;
}
