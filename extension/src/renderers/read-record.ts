import {
  type FlowRunRecord,
  RECORD_VERSION,
  type ResultRecord,
  STATE_TYPES,
  type StatePayload,
} from "../../../src/contracts/records.js";

/** What stands in an output may be of another version, or of anybody's making: what cannot be drawn is an error in words. */
export function readState(data: unknown): StatePayload {
  const record = versioned(data, "state");
  if (!STATE_TYPES.includes(record.type as never)) throw new TypeError(`Cannot show the state: its type is unknown`);
  const { message, error } = record;
  return {
    ...(record as unknown as StatePayload),
    message: message === null || message === undefined ? null : String(message),
    result: readResult(record.result),
    ...(isObject(error) && { error: error as never }),
  };
}

export function readResult(data: unknown): ResultRecord {
  const record = versioned(data, "result");
  if (!["Result", "NoResult", "Unserializable"].includes(record.kind as never))
    throw new TypeError(`Cannot show the result: its kind is unknown`);
  return record as unknown as ResultRecord;
}

export function readFlowRun(data: unknown): FlowRunRecord {
  const record = versioned(data, "flow run");
  if (typeof record.id !== "string" || !Array.isArray(record.tasks) || !Array.isArray(record.graph))
    throw new TypeError(`Cannot show the flow run: a part of it is missing`);
  readState(record.state);
  for (const task of record.tasks) readState(isObject(task) ? task.state : undefined);
  return record as unknown as FlowRunRecord;
}

function versioned(data: unknown, what: string): { readonly [key: string]: unknown } {
  if (!isObject(data)) throw new TypeError(`Cannot show the ${what}: it is no object`);
  if (typeof data.v !== "number" || data.v > RECORD_VERSION)
    throw new TypeError(`Cannot show the ${what}: it was written by a newer Cellar (version ${String(data.v)})`);
  return data;
}

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
