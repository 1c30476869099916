import { MEMORY_SETTING } from "./memory-limit.js";

const HEAP_FULL = /heap out of memory|Allocation failed|Zone Allocation/i;
const MEBIBYTE = 1024 * 1024;

/**
 * How a session's process ended, to follow "The session".
 * @param said what Node and V8 wrote about it.
 * @param heapLimit bytes; 0 where the session never said.
 */
export function reasonOf(code: number | null, signal: NodeJS.Signals | null, said: string, heapLimit: number): string {
  if (signal === null) return `exited with code ${code}`;
  if (HEAP_FULL.test(said)) {
    const limit = heapLimit > 0 ? ` (limit ${Math.round(heapLimit / MEBIBYTE)} MB)` : "";
    return `ran out of memory${limit}; raise the limit with ${MEMORY_SETTING} in the environment or the kernelspec's "env"`;
  }
  if (signal === "SIGKILL") return "was killed by SIGKILL (out of memory? The system ends the largest process then)";
  return `was killed by ${signal} (a crash in native code?)`;
}
