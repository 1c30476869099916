/** Parts of the standard library, newest last, with what shows that the running Node has them. */
const PARTS: readonly (readonly [file: string, isThere: () => boolean])[] = [
  ["lib.es2024.arraybuffer.d.ts", () => "transfer" in ArrayBuffer.prototype],
  ["lib.es2024.collection.d.ts", () => "groupBy" in Map],
  ["lib.es2024.object.d.ts", () => "groupBy" in Object],
  ["lib.es2024.promise.d.ts", () => "withResolvers" in Promise],
  ["lib.es2024.regexp.d.ts", () => "unicodeSets" in RegExp.prototype],
  ["lib.es2024.sharedmemory.d.ts", () => "waitAsync" in Atomics],
  ["lib.es2024.string.d.ts", () => "isWellFormed" in String.prototype],
  ["lib.es2025.collection.d.ts", () => "union" in Set.prototype],
  ["lib.es2025.float16.d.ts", () => "Float16Array" in globalThis],
  ["lib.es2025.intl.d.ts", () => "DurationFormat" in Intl],
  ["lib.es2025.iterator.d.ts", () => "Iterator" in globalThis],
  ["lib.es2025.promise.d.ts", () => "try" in Promise],
  ["lib.es2025.regexp.d.ts", () => "escape" in RegExp],
  ["lib.esnext.array.d.ts", () => "fromAsync" in Array],
  ["lib.esnext.disposable.d.ts", () => "dispose" in Symbol],
  ["lib.esnext.error.d.ts", () => "isError" in Error],
  ["lib.esnext.typedarrays.d.ts", () => "fromBase64" in Uint8Array],
  ["lib.esnext.temporal.d.ts", () => "Temporal" in globalThis],
  ["lib.esnext.collection.d.ts", () => "getOrInsert" in Map.prototype],
  ["lib.esnext.sharedmemory.d.ts", () => "pause" in Atomics],
];

/** The standard library's declarations that the running Node fulfils, as names of the compiler's files. */
export const nodeLibrary = (): string[] => [
  "lib.es2023.d.ts",
  ...PARTS.filter(([, isThere]) => isThere()).map(([file]) => file),
];
