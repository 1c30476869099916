import { NO_RESULT_RECORD, type ResultRecord } from "../contracts/records.js";
import { contentHash } from "../result/content-hash.js";
import { NoResult } from "../result/no-result.js";
import { preview } from "../result/preview.js";
import type { Result } from "../result/result.js";
import { type ResultSerializer, serializerJson } from "../result/result-serializer.js";
import { noteStored, type ReadStored, type StoredReference, storedReferenceOf } from "../result/stored-result.js";
import { resultRecord } from "../state/state-record.js";
import type { ResultWrite, Store } from "../store/store.js";

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
  /** @param store null keeps nothing. */
  constructor(readonly store: Store | null) {}

  /** One for all results: a run has very many. */
  readonly read: ReadStored = (id) => this.store!.readResult(id);

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
      const { value, serializer } = await result.serialize();
      const text = JSON.stringify(value);
      const reference = {
        id: contentHash(text),
        serializer: serializerJson(serializer as ResultSerializer<never>),
        bytes: Buffer.byteLength(text),
      };
      const shown = preview(result.serialized ? value : result.value);
      const record = resultRecord(result, { stored: reference, preview: shown });
      return { record, reference, write: { ...reference, text, preview: shown } };
    } catch (thrown) {
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      return { record: resultRecord(result, { reason }), reference: null, write: null };
    }
  }

  /** The write is on disk: whoever holds the result may carry it by reference from now on. */
  wrote(result: Result, kept: KeptResult): void {
    this.#waiting.delete(result); // and the text with it
    if (kept.reference && kept.write) noteStored(result, kept.reference, this.read);
  }
}
