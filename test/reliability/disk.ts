/** Writes into a store whose disk refuses: an error in words, nothing torn, and all is well when it takes again. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStoreHere } from "../../src/store/open-store.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";

const SCRIPT = fileURLToPath(new URL("./disk-script.js", import.meta.url));
const TASKS = 60;
/** No file of the script grows larger than this. */
const LARGEST_BLOCKS = 1_600;
const CLEAR = /^Cannot (open|write to|read) store .*: (the (disk|file)|its folder)|^Cannot store result \w+: E[A-Z]+/;

interface Told {
  readonly done?: string;
  readonly failed?: string;
  readonly message?: string;
}

/** Runs the script where no file may grow beyond `blocks` of 512 bytes; null lets them. */
function runScript(path: string, blocks: number | null): Told[] {
  const limit = blocks === null ? "" : `ulimit -f ${blocks}; `;
  const output = execFileSync("sh", ["-c", `${limit}exec "$@"`, "sh", process.execPath, SCRIPT, path, `${TASKS}`], {
    encoding: "utf8",
  });
  return output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told);
}

/** Lets the disk refuse at `count` sizes from the first write on to the last. */
export async function writeErrorHarness(count: number): Promise<{ refusals: number; faults: string[] }> {
  const scratch = mkdtempSync(join(tmpdir(), "cellar-disk-"));
  const faults: string[] = [];
  let refusals = 0;
  try {
    for (let each = 0; each < count; each += 1) {
      const blocks = Math.round((LARGEST_BLOCKS * each) / count);
      const path = join(scratch, `at-${blocks}`, "store.db");
      const told = runScript(path, blocks);
      refusals += told.filter(({ failed }) => failed).length;
      const found = [...unclear(told), ...(await storeFaults(path, told))];
      faults.push(...found.map((fault) => `files of at most ${blocks} blocks: ${fault}`));
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return { refusals, faults };
}

function unclear(told: readonly Told[]): string[] {
  const messages = new Set(told.flatMap(({ message }) => message ?? []));
  return [...messages].filter((message) => !CLEAR.test(message)).map((message) => `it says "${message}"`);
}

/** What is wrong with a store now that it may be written: all that was told done is there, and more can be added. */
async function storeFaults(path: string, told: readonly Told[]): Promise<string[]> {
  const faults: string[] = [];
  const store = await openStoreHere(path);
  const run = await store.flowRun("r");
  const indexes = new Set(run?.tasks.map(({ mapIndex }) => `${mapIndex}`));
  for (const { done } of told)
    if (done && /^\d/.test(done) && !indexes.has(done)) faults.push(`task run ${done} was told done and is not there`);
  for (const { state } of run?.tasks ?? []) await store.readResult(state.result.id!);
  await store.close();
  const driver = await openSqlite3(path);
  const [row] = await driver.query("PRAGMA integrity_check");
  await driver.close();
  if (row?.integrity_check !== "ok") faults.push(`integrity_check: ${JSON.stringify(row)}`);
  const again = runScript(path, null).filter(({ failed }) => failed);
  faults.push(...again.map(({ failed, message }) => `later ${failed} fails: ${message}`));
  return faults;
}

/** A file system of a few megabytes, for one who may mount one; a text says why there is none. */
export function mountSmallDisk(
  folder: string,
): { readonly unmount: () => void; remount(how: "ro" | "rw"): void } | string {
  if (process.platform !== "linux") return "file systems of our own are mounted on Linux alone";
  if (process.getuid?.() !== 0) return "only root may mount a file system";
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    return `no file system can be mounted here: ${(error as Error).message.trim()}`;
  }
  return {
    unmount: () => void execFileSync("umount", ["-l", folder]),
    remount: (how) => void execFileSync("mount", ["-o", `remount,${how}`, folder]),
  };
}
