import type { Json } from "../contracts/json.js";
import { bytesMaker, type FindBytes, isBinaryKind } from "./binary-kinds.js";
import { readScalarSlot } from "./scalar-slots.js";
import { type ReadSlot, wholeNumber } from "./value-kind.js";
import { kindNamed } from "./value-kinds.js";

/**
 * The value that `encodeValue` put into a blob. Blobs may be anybody's: nothing is run, nothing is looked up
 * but in our own tables, and memory is taken only for what the blob really holds.
 * @param find gives the bytes that lie elsewhere.
 * @throws {SyntaxError} when the blob is malformed.
 */
export function decodeValue(blob: Json, find: FindBytes = findNothing): unknown {
  if (typeof blob !== "object" || blob === null || Array.isArray(blob))
    throw malformed("the stored form is not an object");
  if (blob.v !== 1 && blob.v !== 2) throw malformed(`version ${inWords(blob.v)} is not known`);
  const { nodes } = blob;
  if (!Array.isArray(nodes)) throw malformed("nodes is not a list");
  const objects: object[] = [];
  const read: ReadSlot = (slot) => {
    if (typeof slot !== "object" || slot === null) {
      if (slot === undefined) throw new SyntaxError("a part is missing");
      return slot;
    }
    if (!Array.isArray(slot)) throw new SyntaxError("a part is an object");
    return typeof slot[0] === "number" ? objects[wholeNumber(slot[0], objects.length - 1)] : readScalarSlot(slot);
  };

  const makeBytes = bytesMaker(nodes, find);
  let at = 0;
  try {
    for (; at < nodes.length; at += 1) objects.push(createObject(nodes[at]!, at, makeBytes));
    for (at = 0; at < nodes.length; at += 1) fillObject(objects[at]!, nodes[at]!, read);
    return read(blob.root);
  } catch (error) {
    throw malformed(
      `node ${at}: ${error instanceof RangeError ? "too deep or too large" : (error as Error).message}`,
      error,
    );
  }
}

function createObject(node: Json, at: number, makeBytes: (at: number) => object): object {
  if (typeof node !== "object" || node === null) throw new SyntaxError(`expected an object, got ${typeof node}`);
  if (!Array.isArray(node)) return { ...node };
  if (isBinaryKind(node[0])) return makeBytes(at);
  const kind = kindNamed(node[0]);
  if (!kind) throw new SyntaxError(`unknown kind ${String(JSON.stringify(node[0])).slice(0, 80)}`);
  return kind.create(node.slice(1));
}

function fillObject(object: object, node: Json, read: ReadSlot): void {
  if (Array.isArray(node)) {
    kindNamed(node[0])?.fill?.(object, node.slice(1), read);
    return;
  }
  const parts = object as { [key: string]: unknown };
  for (const key of Object.keys(parts)) {
    const slot = parts[key];
    if (typeof slot === "object" && slot !== null) parts[key] = read(slot as Json);
  }
}

const findNothing: FindBytes = () => {
  throw new SyntaxError("its bytes lie in a store, which is not at hand");
};

const malformed = (detail: string, cause?: unknown): SyntaxError =>
  new SyntaxError(`Cannot deserialize value: ${detail}`, { cause });

/** Short, however deep a hostile blob nests. */
const inWords = (part: Json | undefined): string =>
  typeof part === "object" ? "of another kind" : (JSON.stringify(part) ?? "none").slice(0, 40);
