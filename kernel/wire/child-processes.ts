import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Grows with the time of the start; the pid where the system tells no better. */
  readonly started: number;
}

/** The newest child of a process, with its descendants; empty when it has none. */
export async function newestChild(pid: number): Promise<readonly number[]> {
  const all = process.platform === "linux" ? linuxProcesses() : await posixProcesses();
  const children = all.filter(({ parent }) => parent === pid).sort((a, b) => a.started - b.started);
  const newest = children.at(-1);
  return newest ? family(newest.pid, all) : [];
}

const family = (pid: number, all: readonly Process[]): number[] => [
  pid,
  ...all.filter(({ parent }) => parent === pid).flatMap((child) => family(child.pid, all)),
];

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function linuxProcesses(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return state === "Z" ? [] : [{ pid: Number(name), parent: Number(parent), started: Number(rest[17]) }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

function posixProcesses(): Promise<Process[]> {
  return new Promise((resolve) => {
    execFile("ps", ["-A", "-o", "pid=,ppid="], (error, stdout) => {
      if (error) return resolve([]); // no such program: nothing can be told apart
      const lines = stdout.trim().split("\n");
      resolve(
        lines.map((line) => {
          const [pid, parent] = line.trim().split(/\s+/).map(Number) as [number, number];
          return { pid, parent, started: pid };
        }),
      );
    });
  });
}
