import { readFileSync } from "node:fs";

/** Whether a process runs. One that has ended and that nobody has asked about does not. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return !/^ [ZX]/.test(stat.slice(stat.lastIndexOf(")") + 1));
  } catch {
    return false; // no such process
  }
}
