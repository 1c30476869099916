import type { Json } from "../contracts/json.js";
import { ComposedSerializer, composeValue, type ResultShape, type StoredPart } from "./composed-serializer.js";
import { reviveSerializer } from "./registry.js";
import { Result } from "./result.js";
import { type ResultSerializer, serializerJson } from "./result-serializer.js";
import { storedBlobOf } from "./stored-result.js";

/** A live Result whose parts stay the results they are. */
export const composedResult = (value: unknown, shape: ResultShape, parts: readonly Result[]): Result =>
  new Result({ value, serializer: composedSerializer(shape, parts) });

/** A Result whose parts are read when its value is first needed: they may be in a store. */
export class UnreadComposedResult extends Result {
  constructor(shape: ResultShape, parts: readonly Result[]) {
    super({ value: { parts: parts.length }, serialized: true, serializer: composedSerializer(shape, parts) });
  }
  override async deserialize(): Promise<Result> {
    const { shape, parts } = this.serializer as ComposedSerializer;
    const read = await Promise.all(parts.map((part) => part.deserialize()));
    const value = composeValue(
      shape,
      read.map((part) => part.value),
    );
    return composedResult(value, shape, parts);
  }
}

/** Of what a Result is composed; undefined for any other. */
export const compositionOf = ({ serializer }: Result): ComposedSerializer | undefined =>
  serializer instanceof ComposedSerializer && serializer.parts.length > 0 ? serializer : undefined;

const composedSerializer = (shape: ResultShape, parts: readonly Result[]): ComposedSerializer =>
  new ComposedSerializer(shape, parts, { store: storedPart, revive: reviveSerializer });

async function storedPart(part: Result): Promise<StoredPart> {
  const serializer = serializerJson(part.serializer as ResultSerializer<never>);
  const stored = await storedBlobOf(part);
  if (stored !== undefined) return { value: stored, serializer };
  const live = part.serialized ? await part.deserialize() : part;
  return { value: (await live.serialize()).value as Json, serializer };
}
