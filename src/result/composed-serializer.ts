import type { Json } from "../contracts/json.js";
import type { Result } from "./result.js";
import type { ResultSerializer, SerializerJson } from "./result-serializer.js";

/**
 * How a value is put together from results: one of them (its place in the list of parts), an item in one of them,
 * a list or a record of such.
 */
export type ResultShape =
  | { readonly part: number; readonly path?: readonly number[] }
  | { readonly list: readonly ResultShape[] }
  | { readonly record: readonly (readonly [string, ResultShape])[] };

/** A part in its stored form, by its own serializer. */
export interface StoredPart {
  readonly value: Json;
  readonly serializer: SerializerJson;
}

interface ComposedBlob {
  readonly shape: ResultShape;
  readonly parts: readonly StoredPart[];
}

/** What the serializer needs of those who know results in stores and other serializers. */
export interface ComposedParts {
  readonly store: (part: Result) => Promise<StoredPart>;
  readonly revive: (serializer: SerializerJson) => ResultSerializer;
}

/**
 * Stores a value that other results are parts of: `{ total: a() }`, `[a(), b()]`, an item of a list. The stored form
 * holds each part's stored form by the part's own serializer, so that no other serializer copies it.
 */
export class ComposedSerializer implements ResultSerializer {
  readonly type = "composed";

  /** @param parts empty where the serializer was revived: it reads then, and does not write. */
  constructor(
    readonly shape: ResultShape,
    readonly parts: readonly Result[],
    private readonly of: ComposedParts,
  ) {}

  async serialize(): Promise<Json> {
    const parts = await Promise.all(this.parts.map((part) => this.of.store(part)));
    return { shape: this.shape, parts } as unknown as Json;
  }

  async deserialize(blob: Json): Promise<unknown> {
    const { shape, parts } = blob as unknown as ComposedBlob;
    const read = parts.map(({ value, serializer }) => this.of.revive(serializer).deserialize(value));
    return composeValue(shape, await Promise.all(read));
  }
}

/** Puts the value together from its parts' values. */
export function composeValue(shape: ResultShape, values: readonly unknown[]): unknown {
  if ("list" in shape) return shape.list.map((each) => composeValue(each, values));
  if ("record" in shape)
    return Object.fromEntries(shape.record.map(([key, each]) => [key, composeValue(each, values)]));
  let value = values[shape.part];
  for (const index of shape.path ?? []) value = (value as readonly unknown[])[index];
  return value;
}
