import type { Json } from "../../src/contracts/json.js";
import { reviveSerializer } from "../../src/result/registry.js";
import type { SerializerJson } from "../../src/result/result-serializer.js";
import { resultSource } from "../../src/store/result-source.js";
import type { Store } from "../../src/store/store.js";
import { decodeHead } from "./decode-head.js";

/**
 * A stored result's value, to be looked at: of a value's buffers only what is not too large is read.
 * @throws {TypeError} when its serializer is not known here, {CorruptResultError} when the store's copy is damaged.
 */
export async function openValue(store: Store, resultId: string, serializer: SerializerJson): Promise<unknown> {
  const blob = JSON.parse(await store.readResult(resultId)) as Json;
  const shelf = resultSource(store).shelf(resultId);
  return await (serializer.type === "value"
    ? decodeHead(blob, shelf)
    : reviveSerializer(serializer).deserialize(blob, shelf));
}

/** Keeps the value that was opened last: whoever scrolls through a table asks for the next rows of the same. */
export class OpenedValues {
  #last: { readonly key: string; readonly value: Promise<unknown> } | undefined;

  constructor(private readonly store: Store) {}

  /** @throws as openValue(). */
  open(resultId: string, serializer: SerializerJson): Promise<unknown> {
    const key = `${resultId} ${JSON.stringify(serializer)}`;
    if (this.#last?.key === key) return this.#last.value;
    const opened = { key, value: openValue(this.store, resultId, serializer) };
    opened.value.catch(() => {
      if (this.#last === opened) this.#last = undefined; // a failed reading is tried again
    });
    this.#last = opened;
    return opened.value;
  }
}
