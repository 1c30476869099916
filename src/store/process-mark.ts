import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { EpochMs } from "../contracts/json.js";

/** Linux counts the start of a process in these, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

/** A living process, told from another that later gets the same pid. */
export interface LivingProcess {
  /** Equal as long as it is the same process; null where the system does not tell. */
  readonly mark: string | null;
  readonly startedAt: EpochMs | null;
}

/** What a pid is looked up on: this host, and inside it this process's namespace of pids. */
export function machineMark(): string {
  return `${hostname()} ${readOr("", () => readlinkSync("/proc/self/ns/pid"))}`.trim();
}

/** The process that has this pid now, on this machine; undefined when there is none, or only its remains. */
export function findProcess(pid: number): LivingProcess | undefined {
  if (!exists(pid)) return undefined;
  const found = readStat(pid);
  const own = readStat(process.pid);
  if (!found || !own) return { mark: null, startedAt: null };
  if (found.remains) return undefined;
  const boot = readOr("", () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  // Counted from this process's own start: the boot time that /proc tells is not true inside every container.
  const startedAt = Math.round(performance.timeOrigin + ((found.ticks - own.ticks) * 1000) / TICKS_PER_SECOND);
  return { mark: `${boot} ${found.ticks}`, startedAt };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // somebody else's, but there
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: fields 3 (state) and 22 (starttime). */
function readStat(pid: number): { ticks: number; remains: boolean } | undefined {
  const stat = readOr(undefined, () => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // a name may hold spaces and brackets
  return { ticks: Number(fields[19]), remains: fields[0] === "Z" || fields[0] === "X" };
}

function readOr<T>(otherwise: T, read: () => string): string | T {
  try {
    return read();
  } catch {
    return otherwise; // no Linux, or /proc is hidden
  }
}
