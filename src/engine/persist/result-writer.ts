import { NO_RESULT_RECORD, type ResultRecord } from "../../contracts/records.js";
import type { ByteShelf } from "../../result/byte-shelf.js";
import { canonicalOf, contentHash } from "../../result/content-hash.js";
import { NoResult } from "../../result/no-result.js";
import { preview } from "../../result/preview.js";
import type { Result } from "../../result/result.js";
import { type ResultSerializer, serializerJson } from "../../result/result-serializer.js";
import type { BytesReference, StoredBytes } from "../../result/stored-bytes.js";
import { noteStored, type ResultSource, type StoredReference, storedReferenceOf } from "../../result/stored-result.js";
import { resultRecord } from "../../state/state-record.js";
import { BlobShelf } from "../../store/blob-shelf.js";
import { resultSource, shelfOf } from "../../store/result-source.js";
import { spoolFolder } from "../../store/spool.js";
import type { ResultWrite, Store } from "../../store/store.js";

/** What becomes of a result in the store. */
export interface KeptResult {
  readonly record: ResultRecord;
  /** Null where it is not stored: it cannot be serialized, or is not to be. */
  readonly reference: StoredReference | null;
  /** The bytes, where the store may not have them yet. */
  readonly write: ResultWrite | null;
}

export const NOTHING_KEPT: KeptResult = { record: NO_RESULT_RECORD, reference: null, write: null };

/** Makes results ready for the store, each once. */
export class ResultKeeper {
  /** How what the store keeps is read; null without a store. */
  readonly source: ResultSource | null;
  readonly #shelf: ByteShelf | null;

  /** @param store null keeps nothing. */
  constructor(readonly store: Store | null) {
    this.source = store && resultSource(store);
    this.#shelf = store && shelfOf(store, "a task");
  }

  /** Made ready and not yet on disk: several states may hold the same result. */
  readonly #waiting = new WeakMap<Result, Promise<KeptResult>>();

  /** Never rejects: what cannot be serialized is said in the record. */
  keep(result: Result, checkpoint = true): KeptResult | Promise<KeptResult> {
    if (result === NoResult) return NOTHING_KEPT;
    const known = storedReferenceOf(result);
    if (known) return { record: resultRecord(result, { stored: known }), reference: known, write: null };
    if (!this.store || !checkpoint) return { record: resultRecord(result), reference: null, write: null };
    let kept = this.#waiting.get(result);
    if (!kept) {
      kept = this.#keep(result);
      this.#waiting.set(result, kept);
    }
    return kept;
  }

  async #keep(result: Result): Promise<KeptResult> {
    try {
      const shelf = new NotingShelf(this.#shelf!);
      const { value, serializer } = await result.serialize(shelf);
      const text = JSON.stringify(value);
      const { blobs } = shelf;
      const outside = blobs.reduce((sum, { bytes }) => sum + bytes, 0);
      const valueKey = result.serialized ? null : canonicalOf(result.value);
      const reference: StoredReference = {
        id: contentHash(text),
        serializer: serializerJson(serializer as ResultSerializer<never>),
        bytes: Buffer.byteLength(text) + outside,
        ...(outside > 0 && { outside }),
        ...(valueKey !== null && { valueKey }),
      };
      const shown = preview(result.serialized ? value : result.value);
      const record = resultRecord(result, { stored: reference, preview: shown });
      const write = { ...reference, text, preview: shown, ...(blobs.length > 0 && { blobs }) };
      return { record, reference, write };
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      return { record: resultRecord(result, { reason }), reference: null, write: null };
    }
  }

  /** The write is on disk: whoever holds the result may carry it by reference from now on. */
  wrote(result: Result, kept: KeptResult): void {
    this.#waiting.delete(result); // and the text with it
    if (this.source && kept.reference && kept.write) noteStored(result, kept.reference, this.source);
  }

  /** Where the stream of a task goes: to the store, or, where its result does not, to a folder of this process. */
  shelf(taskName: string, checkpoint: boolean): BlobShelf {
    if (this.store && checkpoint) return shelfOf(this.store, taskName);
    return new BlobShelf({ folder: async () => spoolFolder(), madeBy: async () => taskName });
  }
}

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
