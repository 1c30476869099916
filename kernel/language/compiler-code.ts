import { isAscii } from "node:buffer";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire, Module } from "node:module";
import { dirname, join } from "node:path";
import { cachedDataVersionTag } from "node:v8";
import { Script } from "node:vm";

const require = createRequire(import.meta.url);
const DIGEST_BYTES = 32;

/** TypeScript, loaded. */
export interface CompilerCode {
  /** V8 took its code from what an earlier process kept. */
  readonly wasKept: boolean;
  /** Keeps the code that V8 has compiled until now, for later processes. Nothing is kept where it cannot be written. */
  keep(): void;
}

/**
 * Loads TypeScript for all that `require` it later in this thread. Compiling its nine megabytes takes V8 longer than
 * all else before a first cell, so the compiled code is kept in a file.
 * @param folder for the kept code: whoever can write there can run code in the kernel.
 * @default `node_modules/.cache/cellar` beside TypeScript, which is trusted as much
 */
export function loadCompiler(folder?: string): CompilerCode {
  const path = require.resolve("typescript");
  const bytes = readFileSync(path);
  const source = bytes.toString(isAscii(bytes) ? "latin1" : "utf8"); // ten times as fast
  const kept = join(folder ?? cacheFolder(path), nameFor(path));
  const cachedData = readKept(kept);
  const script = new Script(Module.wrap(source), { filename: path, ...(cachedData && { cachedData }) });
  const module = new Module(path);
  module.filename = path;
  require.cache[path] = module;
  script.runInThisContext().call(module.exports, module.exports, createRequire(path), module, path, dirname(path));
  module.loaded = true;
  return {
    wasKept: cachedData !== undefined && script.cachedDataRejected === false,
    keep: () => writeKept(kept, script.createCachedData()),
  };
}

/** V8 takes code for its own version and options alone, and compares no more of the source than its length. */
function nameFor(path: string): string {
  const { size, mtimeMs } = statSync(path);
  return `typescript-${[size, Math.floor(mtimeMs), cachedDataVersionTag()].map((each) => each.toString(36)).join("-")}.bin`;
}

function cacheFolder(path: string): string {
  const end = path.lastIndexOf("node_modules") + "node_modules".length;
  return join(path.slice(0, end), ".cache", "cellar");
}

/** The code behind its digest: V8 itself would run what a power cut left of it. */
function readKept(path: string): Buffer | undefined {
  try {
    const bytes = readFileSync(path);
    const code = bytes.subarray(DIGEST_BYTES);
    return digest(code).equals(bytes.subarray(0, DIGEST_BYTES)) ? code : undefined;
  } catch {
    return undefined; // nothing kept yet
  }
}

function writeKept(path: string, code: Buffer): void {
  const unfinished = `${path}.${process.pid}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(unfinished, Buffer.concat([digest(code), code]));
    renameSync(unfinished, path);
  } catch {
    // A folder that cannot be written (an installation for all users): the next start compiles again.
  }
}

const digest = (code: Buffer): Buffer => createHash("sha256").update(code).digest();
