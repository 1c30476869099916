import { NO_RESULT_RECORD, type ResultRecord, type StateRecord, type StateType } from "../contracts/records.js";
import { toErrorRecord } from "../links/error-record.js";
import { NoResult } from "../result/no-result.js";
import { preview } from "../result/preview.js";
import type { Result } from "../result/result.js";
import { type StoredReference, storedReferenceOf } from "../result/stored-result.js";
import { unserializableOf } from "../result/unserializable.js";
import { STATE_CLASSES, type State, unwrapped } from "./states.js";

/** What a record says besides what the result itself knows. */
export interface ResultRecordParts {
  /** Where it is stored. @default what the result knows of it */
  readonly stored?: StoredReference | null;
  /** Made when it was stored. @default made now, where the value is at hand */
  readonly preview?: string | null;
  /** Why it could not be stored. */
  readonly reason?: string;
}

/** What a record says besides what the state itself knows. */
export interface StateRecordParts {
  /** Attempts begun. @default what the state knows, or 0 */
  readonly runCount?: number;
  /** @default made from the state's own result */
  readonly result?: ResultRecord | ResultRecordParts;
  readonly progress?: StateRecord["progress"];
}

/** How a result looks. Nothing is read from a store. */
export function resultRecord(result: Result, parts: ResultRecordParts = {}): ResultRecord {
  if (result === NoResult) return NO_RESULT_RECORD;
  const lost = unserializableOf(result);
  const reason = parts.reason ?? lost?.reason;
  const stored = reason === undefined ? (parts.stored ?? storedReferenceOf(result)) : undefined;
  return {
    v: 1,
    kind: reason === undefined ? "Result" : "Unserializable",
    id: stored?.id ?? null,
    serialized: stored !== undefined || (result.serialized && reason === undefined),
    serializer: lost ? null : result.serializer.type,
    bytes: stored?.bytes ?? null,
    preview: parts.preview ?? lost?.preview ?? (result.serialized ? null : preview(result.value)),
    ...(reason !== undefined && { reason }),
  };
}

/** A state as it is listed, stored, sent and drawn. */
export function stateRecord(state: State, parts: StateRecordParts = {}): StateRecord {
  const inside = unwrapped(state);
  const { result = {}, progress } = parts;
  return {
    v: 1,
    type: state.type,
    message: state.message,
    timestamp: state.timestamp.getTime(),
    runCount: parts.runCount ?? (inside.type === "Retrying" ? inside.runCount : 0),
    result: "v" in result ? result : resultRecord(state._result, result),
    ...(hasError(state) && { error: toErrorRecord(state.result) }),
    ...("startTime" in inside && { startTime: inside.startTime?.getTime() ?? null }),
    ...(inside.type === "Looped" && { loopCount: inside.loopCount }),
    ...(inside.type === "Mapped" && { children: inside.nMapStates }),
    ...(inside.type === "Cached" && { expires: inside.cachedResultExpiration?.getTime() ?? null }),
    ...(progress && { progress }),
  };
}

/** A failed flow's result is no error: it holds the states of its calls. */
const hasError = (state: State): boolean =>
  state.isFailed() && !state._result.serialized && state._result !== NoResult && !(state.result instanceof Map);

/** The state that a record describes, with its result: what was recorded comes back as the same class. */
export function stateOfRecord(
  record: StateRecord,
  result: Result,
  cachedInputs: { [input: string]: Result } = {},
): State {
  const { type, message, timestamp, runCount, startTime, loopCount, children, expires } = record;
  const fields = {
    message,
    result,
    cachedInputs,
    timestamp: new Date(timestamp),
    runCount,
    loopCount,
    nMapStates: children,
    ...(startTime !== undefined && { startTime: dateOf(startTime) }),
    ...(expires !== undefined && { cachedResultExpiration: dateOf(expires) }),
  };
  const made = (name: StateType, all: object): State => new (STATE_CLASSES[name] as new (all: object) => State)(all);
  if (type !== "Submitted" && type !== "Queued") return made(type, fields);
  return made(type, { ...fields, state: made(waitingType(record), fields) });
}

/** What is inside a meta state: it has not begun, and its start time tells what it waits for. */
function waitingType({ startTime, runCount }: StateRecord): StateType {
  if (startTime === undefined) return "Pending";
  if (startTime === null) return "Paused";
  return runCount > 0 ? "Retrying" : "Scheduled";
}

const dateOf = (time: number | null): Date | null => (time === null ? null : new Date(time));
