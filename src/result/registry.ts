import type { Json } from "../contracts/json.js";
import { ComposedSerializer } from "./composed-serializer.js";
import { CompressedSerializer } from "./compressed-serializer.js";
import { FileSerializer } from "./file-serializer.js";
import { JSONSerializer } from "./json-serializer.js";
import { PrefectJSONSerializer } from "./prefect-json-serializer.js";
import { type ResultSerializer, type SerializerJson, serializerJson } from "./result-serializer.js";
import { S3Serializer } from "./s3-serializer.js";
import { ValueSerializer } from "./value-serializer.js";

export { serializerJson };

/** Makes a serializer again from its stored config. @throws when the config makes no sense. */
export type ReviveSerializer = (config: { readonly [key: string]: Json }) => ResultSerializer;

const BUILT_IN: ReadonlyMap<string, ReviveSerializer> = new Map<string, ReviveSerializer>([
  ["value", () => new ValueSerializer()],
  ["json", () => new JSONSerializer()],
  ["compressed", (config) => CompressedSerializer.revive(config, reviveSerializer)],
  ["composed", () => new ComposedSerializer({ list: [] }, [], { store: refuseToWrite, revive: reviveSerializer })],
  ["JSONResultHandler", () => new PrefectJSONSerializer("JSONResultHandler")],
  ["PrefectResult", () => new PrefectJSONSerializer("PrefectResult")],
  ["file", (config) => FileSerializer.revive(config, reviveSerializer)],
  ["s3", (config) => S3Serializer.revive(config, reviveSerializer)],
]);
const custom = new Map<string, ReviveSerializer>();

/**
 * Makes results of a custom serializer loadable. A type may be registered again: a cell is run again.
 * @throws {TypeError} for the type of a built-in serializer.
 */
export function registerSerializer(type: string, revive: ReviveSerializer): void {
  if (typeof type !== "string" || type === "") throw new TypeError("Cannot register serializer: its type is no name");
  if (typeof revive !== "function") throw new TypeError(`Cannot register serializer "${type}": revive is no function`);
  if (BUILT_IN.has(type)) throw new TypeError(`Cannot register serializer "${type}": the type is built in`);
  custom.set(type, revive);
}

/** Whether a serializer, and one that it wraps, is one of ours: what it holds may be shown. */
export function isBuiltIn({ type, config }: Pick<ResultSerializer, "type" | "config">): boolean {
  if (!BUILT_IN.has(type)) return false;
  const { inner } = (config ?? {}) as { readonly inner?: unknown };
  return typeof inner !== "object" || inner === null || BUILT_IN.has((inner as { type?: string }).type ?? "");
}

/** The serializer that was stored. Where it cannot be made here, one that fails when it is first used. */
export function reviveSerializer(json: SerializerJson): ResultSerializer {
  const { type, ...config } = json;
  try {
    return knownSerializer(type, config);
  } catch {
    return absentSerializer(type, config); // asks again when it is used, and tells then
  }
}

function knownSerializer(type: string, config: { readonly [key: string]: Json }): ResultSerializer {
  const revive = BUILT_IN.get(type) ?? custom.get(type);
  if (!revive) throw new TypeError(`serializer "${type}" is not known here; register it with registerSerializer`);
  return revive(config);
}

function refuseToWrite(): never {
  throw new TypeError("Cannot serialize a composed result: its parts are gone; it can only be read");
}

/** Stands for a serializer that may be registered later. */
function absentSerializer(type: string, config: { readonly [key: string]: Json }): ResultSerializer {
  const found = (action: string): ResultSerializer => {
    try {
      return knownSerializer(type, config);
    } catch (error) {
      throw new TypeError(`Cannot ${action} result: ${(error as Error).message}`, { cause: error });
    }
  };
  return {
    type,
    config,
    serialize: (value) => found("serialize").serialize(value),
    deserialize: (blob) => found("deserialize").deserialize(blob),
  };
}
