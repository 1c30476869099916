/** What `import … from "cellar"` gives: public names only. */
import { ScriptHost } from "./engine/host/script-host.js";
import { installEngineOnce } from "./engine/install.js";

installEngineOnce(() => new ScriptHost(process.argv[1]));

export type { EpochMs, Json } from "./contracts/json.js";
export type {
  FlowRunRecord,
  FlowRunSummary,
  Place,
  StateRecord,
  StateType,
  TaskRunRecord,
} from "./contracts/records.js";
export type { Rerun } from "./contracts/run-comm.js";
export { DISPLAY, type Displayable } from "./display/display-symbol.js";
export type { MimeBundle } from "./display/mime-bundle.js";
export { html, latex, md, svg } from "./display/rich.js";
export type { Depot, Shelf } from "./distributed/dispatch.js";
export { QueueExecutor, type QueueOptions } from "./distributed/queue-executor.js";
export { FolderShelf } from "./distributed/shelves.js";
export { type DisplayOptions, display } from "./engine/display.js";
export { LocalExecutor, type LocalOptions } from "./engine/executors/local-executor.js";
export { ThreadExecutor, type ThreadOptions } from "./engine/executors/thread-executor.js";
export { cancelRun, retryRun } from "./engine/install.js";
export { merge, when } from "./flow/branch.js";
export type { Executor, RunToken, TaskRef } from "./flow/executor.js";
export { Flow, type FlowOptions, flow, type RunOptions } from "./flow/flow.js";
export type { FlowPlan, PlanCounts, PlannedCall } from "./flow/flow-plan.js";
export { FlowResults, type FlowState } from "./flow/flow-results.js";
export type { Limit, Limits } from "./flow/limits.js";
export type { VisualizeOptions } from "./flow/visualize.js";
export type { ByteShelf } from "./result/byte-shelf.js";
export { CompressedSerializer } from "./result/compressed-serializer.js";
export { contentHash, hashValue } from "./result/content-hash.js";
export { FileSerializer } from "./result/file-serializer.js";
export { JSONSerializer } from "./result/json-serializer.js";
export { NoResult } from "./result/no-result.js";
export { type ReviveSerializer, registerSerializer } from "./result/registry.js";
export { Result, type ResultFields } from "./result/result.js";
export type { ResultSerializer } from "./result/result-serializer.js";
export type { S3Service } from "./result/s3-client.js";
export { type S3Options, S3Serializer } from "./result/s3-serializer.js";
export { SerializeError } from "./result/serialize-error.js";
export { type BytesReference, StoredBytes } from "./result/stored-bytes.js";
export { UnreadResultError } from "./result/unread-result-error.js";
export { ValueSerializer } from "./result/value-serializer.js";
export { noteSource } from "./source/source-note.js";
export { dumpState } from "./state/dump-state.js";
export { loadState } from "./state/load-state.js";
export { sameState } from "./state/same-state.js";
export { StateFormatError } from "./state/state-format-error.js";
export type { ResultJson, StateJson } from "./state/state-json.js";
export type { OfType } from "./state/state-of.js";
export { resultRecord, stateRecord } from "./state/state-record.js";
export {
  Cached,
  Cancelled,
  Cancelling,
  Crashed,
  Failed,
  Looped,
  Mapped,
  Paused,
  Pending,
  Queued,
  Resume,
  Retrying,
  Running,
  Scheduled,
  Skipped,
  State,
  Submitted,
  Success,
  TimedOut,
  TriggerFailed,
  ValidationFailed,
} from "./state/states.js";
export { UnfinishedCallError } from "./state/unfinished-call-error.js";
export { openStore } from "./store/open-store.js";
export {
  CorruptResultError,
  type GcReport,
  type RunFilter,
  RunOwnedError,
  type Store,
} from "./store/store.js";
export { defaultStorePath } from "./store/store-path.js";
export { type BackoffOptions, backoff } from "./task/backoff.js";
export { context, type TaskContext } from "./task/context.js";
export type { Duration } from "./task/duration.js";
export { Flattened, flatten, type Input, Unmapped, unmapped } from "./task/input.js";
export { Parameter, type ParameterOptions, parameter, type StandardSchema } from "./task/parameter.js";
export type { Produced } from "./task/produced.js";
export { Secret, type SecretOptions, secret } from "./task/secret.js";
export { Signal, signals } from "./task/signals.js";
export { type Task, task } from "./task/task.js";
export { TaskCall } from "./task/task-call.js";
export type { StateHandler, TaskDefinition, TaskOptions } from "./task/task-definition.js";
export { type Share, type Trigger, triggers } from "./task/triggers.js";
export { type CacheValidator, type Hashes, validators } from "./task/validators.js";
