import { NO_RESULT_RECORD, type ResultRecord } from "../../contracts/records.js";
import type { ByteShelf } from "../../result/byte-shelf.js";
import { canonicalOf, contentHash } from "../../result/content-hash.js";
import { JSONSerializer } from "../../result/json-serializer.js";
import { masked, maskText, secretIn } from "../../result/masking.js";
import { NoResult } from "../../result/no-result.js";
import { preview } from "../../result/preview.js";
import type { Result } from "../../result/result.js";
import { type ResultSerializer, serializerJson } from "../../result/result-serializer.js";
import { SerializeError } from "../../result/serialize-error.js";
import type { BytesReference, StoredBytes } from "../../result/stored-bytes.js";
import { noteStored, type ResultSource, type StoredReference, storedReferenceOf } from "../../result/stored-result.js";
import { ValueSerializer } from "../../result/value-serializer.js";
import { resultRecord } from "../../state/state-record.js";
import { BlobShelf } from "../../store/blob-shelf.js";
import { resultSource, shelfOf } from "../../store/result-source.js";
import { spoolFolder } from "../../store/spool.js";
import type { ResultWrite, Store } from "../../store/store.js";
import { type CallbackGuard, settled } from "../task/callbacks.js";

/** A result made ready for the store. */
export interface PreparedResult {
  readonly record: ResultRecord;
  /** Null where it is not stored: it cannot be serialized, or is not to be. */
  readonly reference: StoredReference | null;
  /** The bytes, where the store may not have them yet. */
  readonly write: ResultWrite | null;
}

const NO_RESULT: PreparedResult = { record: NO_RESULT_RECORD, reference: null, write: null };

/** What serializing a result may take. */
export interface PrepareOptions {
  /** Whether it is to be stored. */
  readonly checkpoint: boolean;
  /** The task that made it, for messages. */
  readonly taskName: string;
  /** @default no limit */
  readonly timeoutMs: number | null;
}

/** Canonical text of a live value, or its hash where the text is not to be read. */
function valueKeyOf({ value, serializer }: Result): string | null {
  const text = canonicalOf(value);
  if (text === null) return null;
  return mayPreview(serializer as ResultSerializer<never>) && maskText(text) === text ? text : `=${contentHash(text)}`;
}

/** Makes results ready for the store, each once. */
export class ResultWriter {
  /** How stored results are read; null without a store. */
  readonly source: ResultSource | null;
  readonly #shelf: ByteShelf | null;
  /** Made ready and not yet on disk: several states may hold the same result. */
  readonly #waiting = new WeakMap<Result, Promise<PreparedResult>>();

  /** @param store null stores nothing. */
  constructor(
    readonly store: Store | null,
    private readonly guard: Omit<CallbackGuard, "timeoutMs">,
  ) {
    this.source = store && resultSource(store);
    this.#shelf = store && shelfOf(store, "a task");
  }

  /** Never rejects: the record says what cannot be serialized. */
  prepare(result: Result, options: PrepareOptions): PreparedResult | Promise<PreparedResult> {
    if (result === NoResult) return NO_RESULT;
    const known = storedReferenceOf(result);
    if (known) return { record: resultRecord(result, { stored: known }), reference: known, write: null };
    if (!options.checkpoint) return { record: withoutPreview(result), reference: null, write: null };
    if (!this.store) return { record: resultRecord(result), reference: null, write: null };
    let prepared = this.#waiting.get(result);
    if (!prepared) {
      prepared = this.#prepare(result, options);
      this.#waiting.set(result, prepared);
    }
    return prepared;
  }

  async #prepare(result: Result, options: PrepareOptions): Promise<PreparedResult> {
    try {
      const shelf = new NotingShelf(this.#shelf!);
      const { value, serializer } = await this.#serialized(result, shelf, options);
      const isError = !result.serialized && result.value instanceof Error;
      const text = JSON.stringify(isError ? masked(value) : value);
      const secret = isError ? undefined : secretIn(text);
      if (secret !== undefined) throw new SerializeError("result", `it holds the text of secret "${secret}"`);
      const { blobs } = shelf;
      const outside = blobs.reduce((sum, { bytes }) => sum + bytes, 0);
      const valueKey = result.serialized ? null : valueKeyOf(result);
      const reference: StoredReference = {
        id: contentHash(text),
        serializer: serializerJson(serializer as ResultSerializer<never>),
        bytes: Buffer.byteLength(text) + outside,
        ...(outside > 0 && { outside }),
        ...(valueKey !== null && { valueKey }),
      };
      const shown = mayPreview(serializer as ResultSerializer<never>)
        ? maskText(preview(result.serialized ? value : result.value))
        : "";
      const record = resultRecord(result, { stored: reference, preview: shown });
      const write = { ...reference, text, preview: shown, ...(blobs.length > 0 && { blobs }) };
      return { record, reference, write };
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      return {
        record: { ...withoutPreview(result, reason), preview: safePreview(result) },
        reference: null,
        write: null,
      };
    }
  }

  /** Our own serializers settle; any other one is awaited no longer than its task. */
  #serialized(result: Result, shelf: ByteShelf, { taskName, timeoutMs }: PrepareOptions): Promise<Result> {
    const serialized = result.serialize(shelf);
    const { serializer } = result;
    if (serializer instanceof ValueSerializer || serializer instanceof JSONSerializer) return serialized;
    const what = `serializer ${JSON.stringify(serializer.type)} of task ${JSON.stringify(taskName)}`;
    return settled(what, serialized, { ...this.guard, timeoutMs });
  }

  /** The write is on disk: whoever holds the result may carry it by reference from now on. */
  wrote(result: Result, prepared: PreparedResult): void {
    this.#waiting.delete(result); // and the text with it
    if (this.source && prepared.reference && prepared.write) noteStored(result, prepared.reference, this.source);
  }

  /** Where the stream of a task goes: to the store, or, where its result does not, to a folder of this process. */
  shelf(taskName: string, checkpoint: boolean): BlobShelf {
    if (this.store && checkpoint) return shelfOf(this.store, taskName);
    return new BlobShelf({ folder: async () => spoolFolder(), madeBy: async () => taskName });
  }
}

/** Serializers that store a value as it is. What another one does may be meant to hide it: it is not previewed. */
const PLAIN_SERIALIZERS: readonly string[] = ["value", "json", "compressed", "file", "s3", "composed"];

function mayPreview({ type, config }: ResultSerializer<never>): boolean {
  const inner = config?.inner;
  const innerType = typeof inner === "object" && inner !== null && !Array.isArray(inner) ? inner.type : undefined;
  return PLAIN_SERIALIZERS.includes(type) && (typeof innerType !== "string" || PLAIN_SERIALIZERS.includes(innerType));
}

const withoutPreview = (result: Result, reason?: string): ResultRecord => ({
  ...resultRecord(result, { preview: "", ...(reason !== undefined && { reason }) }),
  preview: null,
});

/** A value that could not be serialized is shown, unless its serializer may be meant to hide it. */
const safePreview = (result: Result): string | null =>
  mayPreview(result.serializer as ResultSerializer<never>) && !result.serialized ? preview(result.value) : null;

/** A shelf that notes what a serializer puts on it: the store is told in the same transition as of the result. */
class NotingShelf implements ByteShelf {
  /** Each once. */
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
