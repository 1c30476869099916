import type { EpochMs, Json } from "../contracts/json.js";
import type { TaskRunRecord } from "../contracts/records.js";
import type { ResultShape } from "../result/composed-serializer.js";

/** Lower-case hex SHA-256 of a stored value's bytes (its JSON text in UTF-8). */
export type ResultId = string;

/** A result kept by reference: what a row says of it without its bytes. */
export interface StoredResult {
  readonly id: ResultId;
  /** `type` and `config` of the serializer that can read it. */
  readonly serializer: { readonly type: string; readonly [key: string]: Json };
  /** Size of its JSON text, and of the bytes that this refers to. */
  readonly bytes: number;
  /** Of `bytes`, those that lie in files of their own. @default 0 */
  readonly outside?: number;
  /** Canonical text of the value, made with it, so that nobody reads it to compare. Absent: nothing to compare, or an older store. */
  readonly valueKey?: string;
}

/** The private half of a task run's row: what resuming needs and a list does not. */
export interface TaskRunMemory {
  /** Id of the task's own attempt, made by the engine for each call of the task. @default none was made */
  readonly attempt?: string;
  /** Fingerprint of the task's source with what it refers to; null when it could not be computed. */
  readonly sourceKey: string | null;
  /** Input name → id of its value's content; null when a value could not be hashed. */
  readonly inputKeys: { readonly [name: string]: string | null };
  /** Short texts of inputs, to say what changed: at most 16 of at most 60 characters. */
  readonly inputPreviews?: { readonly [name: string]: string };
  /** What the source refers to, by name, to say which of it changed: at most 32 short hashes. */
  readonly sourceParts?: { readonly [name: string]: string };
  readonly result: StoredResult | null;
  /** `cachedInputs` of a pending end state, by reference. The parts of a composed one are named "input#0", "input#1" … */
  readonly cachedInputs: { readonly [name: string]: StoredResult };
  /** Cached inputs that results are parts of: how each is put together. @default none */
  readonly composedInputs?: { readonly [name: string]: ResultShape };
  /** Of a task in a round after its loop's first: the round, and what the round before gave (cached input "loop#"). */
  readonly loopCount?: number;
  /** Of a Cached state and of a result that may be hit later: key and end of its life. */
  readonly cacheKey: string | null;
  readonly cacheExpires: EpochMs | null;
}

/** A task run as an earlier attempt left it. */
export interface RememberedTask {
  readonly run: TaskRunRecord;
  readonly memory: TaskRunMemory;
}
