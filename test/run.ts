/**
 * Runs every test: each test file a process of its own, two at a time, then types and lint. Words on the
 * command line choose those whose name holds one of them. Closes with one line: `N passed, N failed`.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const TESTS = fileURLToPath(new URL(".", import.meta.url));
const SIDE_BY_SIDE = 2;
const FILE_LIMIT_MS = 8 * 60_000;
const ENDING_MS = 5_000;
/** The long ones first, so that none is left running alone at the end. */
const LONG_FIRST = ["browser/", "install/", "end-to-end/", "conformance/", "notebooks/", "reliability/"];

interface Job {
  readonly name: string;
  /** Arguments for node. */
  readonly args: readonly string[];
  readonly count: (output: string, code: number | null) => Count;
}
interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly why?: string;
}

const bin = (path: string): string => join(PROJECT, "node_modules", ...path.split("/"));
const byExitCode = (_output: string, code: number | null): Count => ({
  passed: code === 0 ? 1 : 0,
  failed: code === 0 ? 0 : 1,
});

const CHECKS: readonly Job[] = [
  { name: "types", args: [bin("typescript/bin/tsc"), "-p", ".", "--noEmit"], count: byExitCode },
  {
    name: "types of the extension",
    args: [bin("typescript/bin/tsc"), "-p", "extension", "--noEmit"],
    count: byExitCode,
  },
  {
    name: "documentation of public names",
    args: [bin("typedoc/bin/typedoc"), "--options", "docs/typedoc.json", "--emit", "none"],
    count: byExitCode,
  },
  { name: "lint", args: [bin("@biomejs/biome/bin/biome"), "check"], count: byExitCode },
];

function testFiles(): Job[] {
  const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.js"))
    .map((path) => relative(TESTS, join(TESTS, path)).replaceAll("\\", "/"));
  const rank = (path: string): number => {
    const found = LONG_FIRST.findIndex((folder) => path.startsWith(folder));
    return found < 0 ? LONG_FIRST.length : found;
  };
  return files
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map((path) => ({ name: path.replace(/\.test\.js$/, ""), args: [join(TESTS, path)], count: byTotals }));
}

/**
 * By uvu's own totals, not by the exit code: a `before` hook that throws leaves uvu's exit code at 0,
 * and so does a file whose tests were never run.
 */
function byTotals(output: string, code: number | null): Count {
  const number = (label: string): number => Number(new RegExp(`^ {2}${label}: +(\\d+)$`, "m").exec(output)?.[1] ?? 0);
  const [total, passed] = [number("Total"), number("Passed")];
  if (total === 0) return { passed: 0, failed: 1, why: "it ran no test" };
  if (passed === total && code !== 0) return { passed, failed: 1, why: `it ended with code ${code}` };
  return { passed, failed: total - passed };
}

interface Ended {
  readonly output: string;
  readonly code: number | null;
  readonly why?: string;
}

/** Runs a job in a process group of its own, and ends what it leaves behind there. */
async function runProcess(args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // no test may write the history of the person who runs it
    env: { CELLAR_HISTORY: "off", ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined },
  });
  running.add(child.pid!);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output += text;
    });
  }
  let late = false;
  const limit = setTimeout(() => {
    late = true;
    endGroup(child.pid!);
  }, FILE_LIMIT_MS);
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  clearTimeout(limit);
  const left = await groupRemains(child.pid!);
  endGroup(child.pid!);
  running.delete(child.pid!);
  if (late) return { output, code, why: `it did not end within ${FILE_LIMIT_MS / 60_000} minutes` };
  return { output, code, ...(left && { why: "it left processes running" }) };
}

const running = new Set<number>();

function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // the group is empty: nothing was left
  }
}

/** Whether the group still has members once they had their time to end. */
async function groupRemains(pid: number): Promise<boolean> {
  for (let waited = 0; waited < ENDING_MS; waited += 50) {
    try {
      process.kill(-pid, 0);
    } catch {
      return false; // no such group any more
    }
    await delay(50);
  }
  return !onlyZombies(pid);
}

/** Ended processes stay listed in the group where nobody collects orphans, as in many containers. */
function onlyZombies(group: number): boolean {
  if (!existsSync("/proc/self/stat")) return false;
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .every((pid) => {
      try {
        const [state, , ofGroup] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
        return Number(ofGroup) !== group || state === "Z";
      } catch {
        return true; // ended while we read
      }
    });
}

async function runJob({ name, args, count }: Job): Promise<Count> {
  const startedAt = Date.now();
  const ended = await runProcess(args);
  const counted = count(ended.output, ended.code);
  const why = ended.why ?? counted.why;
  const failed = ended.why && counted.failed === 0 ? 1 : counted.failed;
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  console.log(
    `${failed === 0 ? "ok  " : "FAIL"} ${name}  ${counted.passed} of ${counted.passed + failed}  ${seconds} s`,
  );
  if (failed > 0) console.log(`${ended.output.trimEnd()}${why ? `\n  ${name}: ${why}` : ""}\n`);
  return { passed: counted.passed, failed };
}

const wanted = process.argv.slice(2);
const jobs = [...testFiles(), ...CHECKS].filter(
  ({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)),
);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    for (const pid of running) endGroup(pid);
    process.exit(1);
  });

let [passed, failed] = [0, 0];
const queue = jobs[Symbol.iterator]();
await Promise.all(
  Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (const job of queue) {
      const count = await runJob(job);
      passed += count.passed;
      failed += count.failed;
    }
  }),
);
if (jobs.length === 0) console.log(`no test has a name with ${wanted.join(" or ")}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || jobs.length === 0 ? 1 : 0;
