import type { Json } from "../contracts/json.js";
import type { ByteShelf } from "./byte-shelf.js";
import { copyJson } from "./copy-json.js";
import { JSONSerializer } from "./json-serializer.js";
import type { ResultSerializer } from "./result-serializer.js";
import { SerializeError } from "./serialize-error.js";
import { ValueSerializer } from "./value-serializer.js";

const DEFAULT_SERIALIZER = new ValueSerializer();

/** What makes a Result. */
export interface ResultFields<T> {
  /** The value, or its stored form where `serialized`. */
  readonly value: T | Json;
  /** Whether `value` is what the serializer made. @default false */
  readonly serialized?: boolean;
  /** @default ValueSerializer; required when `serialized` */
  readonly serializer?: ResultSerializer<T>;
}

/** Where a Result is kept; what it looks like is stored-result.ts's own. */
export interface ResultOrigin {
  readonly reference: object;
}
/** Written once by the class: only it sees its private field. */
export let originOf: (result: Result) => ResultOrigin | undefined;
/** Notes where a Result is kept. That is no part of what it is, so that a frozen one can be told. */
export let noteOrigin: (result: Result, origin: ResultOrigin) => void;

/** What a task produced. A Result never changes: storing or reading one makes another. */
export class Result<T = unknown> {
  /** A field, since a weak map of a hundred thousand results is what a run spends its time on. */
  #origin: ResultOrigin | undefined;
  static {
    originOf = (result) => result.#origin;
    noteOrigin = (result, origin) => {
      result.#origin = origin;
    };
  }
  /** The value, or its stored form where `serialized`. */
  readonly value: T | Json;
  /** Whether `value` is the stored form. */
  readonly serialized: boolean;
  /** What wrote it, or would. */
  readonly serializer: ResultSerializer<T>;

  constructor(fields: ResultFields<T>) {
    const { value, serialized = false, serializer } = fields;
    if (serialized && !serializer) throw new TypeError("Cannot make a serialized Result: its serializer is missing");
    this.value = value;
    this.serialized = serialized;
    this.serializer = serializer ?? (DEFAULT_SERIALIZER as ResultSerializer<unknown> as ResultSerializer<T>);
    Object.freeze(this);
  }

  /**
   * The storable form; `this` when it already is. @throws {SerializeError} naming the path that does not fit.
   * @param shelf where a store keeps large bytes; without one all stands in the JSON
   */
  async serialize(shelf?: ByteShelf): Promise<Result<T>> {
    if (this.serialized) return this;
    const value = checkedJson(await this.serializer.serialize(this.value as T, shelf), this.serializer);
    return new Result<T>({ value, serialized: true, serializer: this.serializer });
  }

  /** The live form; `this` when it already is. */
  async deserialize(): Promise<Result<T>> {
    if (!this.serialized) return this;
    const value = await this.serializer.deserialize(this.value as Json);
    return new Result<T>({ value, serializer: this.serializer });
  }
}

/** What a serializer made, when it is JSON indeed: anything else would be changed silently where it is written. */
function checkedJson(made: Json, serializer: { readonly type: string }): Json {
  if (serializer.constructor === ValueSerializer || serializer.constructor === JSONSerializer) return made;
  try {
    return copyJson(made);
  } catch (error) {
    const { path, kind } = error as SerializeError;
    throw new SerializeError(path, `${kind}, made by serializer "${serializer.type}"`, { cause: error });
  }
}
