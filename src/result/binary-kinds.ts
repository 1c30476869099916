import { types } from "node:util";
import type { Json } from "../contracts/json.js";
import { StoredBytes } from "./stored-bytes.js";
import { list, text, UnfitValue, type ValueKind, wholeNumber } from "./value-kind.js";

type View = NodeJS.TypedArray | DataView;
type ViewClass = { readonly prototype: View; new (buffer: ArrayBuffer, offset: number, length: number): View };

/** Widest element of a typed array: where a view may begin. */
const ALIGNMENT = 8;

const VIEW_CLASSES: { readonly [name: string]: ViewClass } = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
  ...("Float16Array" in globalThis && {
    Float16Array: (globalThis as never as { Float16Array: ViewClass }).Float16Array,
  }),
};

/** Bytes and views of bytes. Their nodes are written by `encodeBytes`, when all views of a buffer are known. */
export const binaryKinds: readonly ValueKind<object>[] = [
  binaryKind("ArrayBuffer", ArrayBuffer.prototype),
  binaryKind("Buffer", Buffer.prototype),
  { ...binaryKind("StoredBytes", StoredBytes.prototype), encode: () => [] },
  ...Object.entries(VIEW_CLASSES).map(([name, Class]) => binaryKind(name, Class.prototype)),
];
const NAMES = new Set<unknown>(binaryKinds.map(({ name }) => name));

/** Whether nodes of this kind are made by `bytesMaker`. */
export const isBinaryKind = (name: unknown): boolean => NAMES.has(name);

function binaryKind(name: string, prototype: object): ValueKind<object> {
  return {
    name,
    prototype,
    encode(value) {
      const buffer = bufferOf(value as ArrayBuffer | View);
      if (!types.isArrayBuffer(buffer)) throw new UnfitValue(`${name} on shared memory`);
      if ((buffer as { resizable?: boolean }).resizable) throw new UnfitValue(`${name} of changing size`);
      return [];
    },
    create() {
      throw new SyntaxError("made with its buffer");
    },
  };
}

/** Puts bytes where they are kept, and what finds them there at the end of `payload`. */
export type PlaceBytes = (content: Uint8Array | StoredBytes, payload: Json[], at: number) => void;

/** What bytes are placed with: the objects of a value, their nodes. */
interface Table {
  readonly objects: readonly object[];
  readonly nodes: Json[];
  readonly place: PlaceBytes;
}

/**
 * Writes the nodes of all buffers and views. Payload `[place]`, which is base64 or a BytesReference, or
 * `[[n], offset, length]` for a view of the ArrayBuffer in `nodes[n]`. A view alone keeps its own bytes and not the
 * rest of its buffer, which may be Node's pool and hold anybody's data; views that overlap, or whose buffer is a
 * value too, go on sharing.
 */
export function encodeBytes(table: Table): void {
  const { objects, nodes, place } = table;
  const users = new Map<ArrayBuffer, number[]>();
  for (let at = 0; at < objects.length; at += 1) {
    const node = nodes[at];
    if (!Array.isArray(node) || !isBinaryKind(node[0])) continue;
    const object = objects[at]!;
    if (object instanceof StoredBytes) {
      place(object, node, at);
      continue;
    }
    const buffer = bufferOf(object as ArrayBuffer | View) as ArrayBuffer;
    const known = users.get(buffer);
    if (known) known.push(at);
    else users.set(buffer, [at]);
  }
  for (const [buffer, members] of users) {
    const itself = members.find((at) => objects[at] === buffer);
    if (itself === undefined) for (const cluster of overlapping(objects, members)) encodeViews(table, cluster);
    else encodeBuffer(table, members, itself);
  }
}

function encodeBuffer({ objects, nodes, place }: Table, members: readonly number[], itself: number): void {
  for (const at of members) {
    const value = objects[at] as ArrayBuffer | View;
    if (ArrayBuffer.isView(value)) payloadOf(nodes[at]).push([itself], value.byteOffset, lengthOf(value));
    else place(new Uint8Array(value), payloadOf(nodes[at]), at);
  }
}

function encodeViews({ objects, nodes, place }: Table, cluster: readonly number[]): void {
  const [first] = cluster as [number];
  const { buffer, byteOffset: start } = objects[first] as View & { buffer: ArrayBuffer };
  const end = cluster.reduce((most, at) => Math.max(most, endOf(objects[at] as View)), start);
  const own = new Uint8Array(buffer, start, end - start);
  if (cluster.length === 1) return void place(own, payloadOf(nodes[first]), first);
  const padding = start % ALIGNMENT; // keeps every view aligned as it was, without the bytes before it
  const node: Json[] = ["ArrayBuffer"];
  const shared = nodes.push(node) - 1;
  place(padding === 0 ? own : Buffer.concat([Buffer.alloc(padding), own]), node, first);
  for (const at of cluster) {
    const view = objects[at] as View;
    payloadOf(nodes[at]).push([shared], view.byteOffset - start + padding, lengthOf(view));
  }
}

/** Groups of views that share bytes, each in the order of where they begin. */
function overlapping(objects: readonly object[], members: readonly number[]): number[][] {
  const offset = (at: number): number => (objects[at] as View).byteOffset;
  const clusters: number[][] = [];
  let end = -1;
  for (const at of [...members].sort((left, right) => offset(left) - offset(right))) {
    if (offset(at) < end && (objects[at] as View).byteLength > 0) clusters.at(-1)!.push(at);
    else clusters.push([at]);
    end = Math.max(end, endOf(objects[at] as View));
  }
  return clusters;
}

/** Finds the bytes that a node refers to. */
export type FindBytes = (reference: Json) => ArrayBuffer | StoredBytes;

/** The references of a table's nodes to bytes that lie elsewhere, each with the kind of its node. */
export function outsideBytes(nodes: readonly Json[]): { readonly kind: string; readonly reference: Json }[] {
  return nodes.flatMap((node) => {
    if (!Array.isArray(node) || !isBinaryKind(node[0])) return [];
    const [kind, place] = node;
    return isReference(place) ? [{ kind: kind as string, reference: place! }] : [];
  });
}

/** Makes the buffers and views of a table of nodes. @throws when a node's claims and its bytes do not agree. */
export function bytesMaker(nodes: readonly Json[], find: FindBytes): (at: number) => object {
  const made = new Map<number, object>();
  const bytesAt = (place: Json | undefined) => (isReference(place) ? find(place!) : bytesOf(text(place)));
  const bufferAt = (at: number): object => {
    const node = nodes[at];
    if (!Array.isArray(node) || node[0] !== "ArrayBuffer") throw new SyntaxError("the buffer of a view is none");
    const buffer = made.get(at) ?? bytesAt(node[1]);
    made.set(at, buffer);
    return buffer;
  };
  return (at) => {
    const [name, place, offset, length] = nodes[at] as Json[];
    if (name === "ArrayBuffer") return bufferAt(at);
    const isView = Array.isArray(place);
    const bytes = isView ? bufferAt(wholeNumber(list(place)[0], nodes.length - 1)) : bytesAt(place);
    if (bytes instanceof StoredBytes) return bytes;
    if (name === "StoredBytes") throw new SyntaxError("a stream is no reference");
    const buffer = bytes as ArrayBuffer;
    return isView
      ? viewOf(name as string, buffer, wholeNumber(offset), wholeNumber(length))
      : viewOf(name as string, buffer);
  };
}

const isReference = (place: Json | undefined): boolean =>
  typeof place === "object" && place !== null && !Array.isArray(place);

function viewOf(name: string, buffer: ArrayBuffer, offset = 0, length = buffer.byteLength / widthOf(name)): object {
  if (!Number.isInteger(length)) throw new SyntaxError(`${buffer.byteLength} bytes are no ${name}`);
  return name === "Buffer" ? Buffer.from(buffer, offset, length) : new VIEW_CLASSES[name]!(buffer, offset, length);
}

function bytesOf(base64: string): ArrayBuffer {
  const bytes = Buffer.from(base64, "base64");
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  // Node skips characters that are not base64: then there are fewer bytes than there should be.
  if (base64.length % 4 !== 0 || bytes.length !== (base64.length / 4) * 3 - padding)
    throw new SyntaxError("expected base64");
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
}

const bufferOf = (value: ArrayBuffer | View): ArrayBufferLike => (ArrayBuffer.isView(value) ? value.buffer : value);

const endOf = (view: View): number => view.byteOffset + view.byteLength;

const lengthOf = (view: View): number => (view instanceof DataView ? view.byteLength : view.length);

const widthOf = (name: string): number =>
  (VIEW_CLASSES[name] as { BYTES_PER_ELEMENT?: number } | undefined)?.BYTES_PER_ELEMENT ?? 1;

const payloadOf = (node: Json | undefined): Json[] => node as Json[];
