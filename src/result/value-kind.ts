import type { Json } from "../contracts/json.js";
import type { Step } from "./object-path.js";

/**
 * The stored form of ValueSerializer: a table of objects, so that cycles, shared references and depth
 * need no care. `{"v":1,"root":slot,"nodes":[node, …]}`, with 2 for 1 where bytes lie elsewhere, where
 * a slot is null, a boolean, a string, a finite number other than -0, `[n]` for the object in `nodes[n]`,
 * or a value that JSON lacks: `["undefined"]`, `["NaN"]`, `["-0"]`, `["bigint","-1f"]`, …;
 * a node is `{key: slot}` for a plain object, or `[kind, …payload]` for any other.
 */
export interface ValueBlob {
  readonly v: 1 | 2;
  readonly root: Json;
  readonly nodes: Json[];
}

/** Puts a part of the value into the table, gives its slot. */
export type WriteSlot = (part: unknown, step: Step) => Json;
/** Gives what a slot stands for. Objects may still be empty. */
export type ReadSlot = (slot: Json | undefined) => unknown;

/** How objects of one class are stored. */
export interface ValueKind<V extends object> {
  /** First item of its nodes. */
  readonly name: string;
  /** Whose instances are of this kind; instances of its subclasses are not. Null: objects without a prototype. */
  readonly prototype: object | null;
  /** The rest of the node. */
  encode(value: V, write: WriteSlot): Json[];
  /** The object, without the parts that are slots. @throws when the payload is malformed. */
  create(payload: readonly Json[]): V;
  /** Puts in the parts that are slots, once every object exists. */
  fill?(value: V, payload: readonly Json[], read: ReadSlot): void;
}

/** Thrown by kinds when they refuse what they are asked to hold; gets its path from the encoder. */
export class UnfitValue extends Error {}

/** @throws {SyntaxError} when a payload's item is not text. */
export function text(item: Json | undefined): string {
  if (typeof item !== "string") throw new SyntaxError(`expected text, got ${typeof item}`);
  return item;
}

/** @throws {SyntaxError} when a payload's item is not a whole number from 0 to `most`. */
export function wholeNumber(item: Json | undefined, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof item !== "number" || !Number.isInteger(item) || item < 0 || item > most)
    throw new SyntaxError(`expected a whole number up to ${most}, got ${String(item).slice(0, 40)}`);
  return item;
}

/** @throws {SyntaxError} when a payload's item is not a list. */
export function list(item: Json | undefined): readonly Json[] {
  if (!Array.isArray(item)) throw new SyntaxError(`expected a list, got ${typeof item}`);
  return item;
}
