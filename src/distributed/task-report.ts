import type { Json } from "../contracts/json.js";
import { reviveError, toErrorRecord } from "../links/error-record.js";
import type { ByteShelf } from "../result/byte-shelf.js";
import { NoResult } from "../result/no-result.js";
import { reviveSerializer } from "../result/registry.js";
import type { ResultSerializer, SerializerJson } from "../result/result-serializer.js";
import { SerializeError } from "../result/serialize-error.js";
import type { BytesReference, StoredBytes } from "../result/stored-bytes.js";
import { ValueSerializer } from "../result/value-serializer.js";
import { dumpState } from "../state/dump-state.js";
import { Failed, type State } from "../state/states.js";
import { BlobShelf } from "../store/blob-shelf.js";
import { BlobFolder } from "../store/blobs.js";
import { packText, valueName } from "./carried-values.js";
import type { Carried } from "./orders.js";
import type { TaskReport } from "./task-messages.js";

const VALUE = new ValueSerializer();

/** Where a report's long texts and bytes go, and how its value is written. */
export interface ReportPlace {
  readonly task: string;
  /** Folder of content by hash. */
  readonly folder: string;
  /** null: by value. */
  readonly serializer: SerializerJson | null;
}

/** A state as it leaves the process that came to it. What cannot be serialized fails here: nobody else has the value. */
export async function reportOf(state: State, place: ReportPlace): Promise<TaskReport> {
  if (state._result === NoResult) return await bare(state, null);
  const isValue = state.type === "Success" || state.type === "Looped";
  try {
    const serializer = isValue && place.serializer ? reviveSerializer(place.serializer) : VALUE;
    return await bare(state, await kept(isValue ? state.result : await fitting(state.result), serializer, place));
  } catch (thrown) {
    const what = thrown instanceof SerializeError ? `${thrown.path}: ${thrown.kind}` : toErrorRecord(thrown).message;
    const error = new TypeError(`Cannot give the result of task "${place.task}" back: ${what}`, { cause: thrown });
    return await failedReport(error, place);
  }
}

/** The report of an attempt that failed before, or beside, what the task did. */
export async function failedReport(error: unknown, place: ReportPlace): Promise<TaskReport> {
  const { name, message } = toErrorRecord(error);
  const state = new Failed<unknown>({ message: `${name}: ${message}` });
  return await bare(state, await kept(await fitting(error), VALUE, place));
}

async function bare(state: State, result: Carried | null): Promise<TaskReport> {
  return { state: (await dumpState(state.with({ result: NoResult }))) as Json, result };
}

async function kept(value: unknown, serializer: ResultSerializer, { folder, task }: ReportPlace): Promise<Carried> {
  const shelf = new NotingShelf(new BlobShelf({ folder: async () => folder, madeBy: async () => task }));
  const text = JSON.stringify(await serializer.serialize(value, shelf));
  const { carried, parcels } = packText(text, serializer, shelf.blobs);
  if (parcels.some(({ name }) => name === valueName(carried.id))) await new BlobFolder(folder).write(carried.id, text);
  return carried;
}

/** The error as it is; where it holds what cannot be serialized, its name, message, stack and causes. */
async function fitting(thrown: unknown): Promise<unknown> {
  try {
    VALUE.serialize(thrown);
    return thrown;
  } catch {
    return reviveError(toErrorRecord(thrown));
  }
}

/** A shelf that notes what is put on it. */
class NotingShelf implements ByteShelf {
  readonly blobs: BytesReference[] = [];

  constructor(private readonly shelf: ByteShelf) {}

  async keep(content: Uint8Array | StoredBytes): Promise<BytesReference> {
    const reference = await this.shelf.keep(content);
    if (!this.blobs.some(({ sha256 }) => sha256 === reference.sha256)) this.blobs.push(reference);
    return reference;
  }
  read(reference: BytesReference): Promise<ArrayBuffer> {
    return this.shelf.read(reference);
  }
  open(reference: BytesReference): Promise<StoredBytes> {
    return this.shelf.open(reference);
  }
}
