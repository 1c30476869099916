import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { openStoreHere } from "../../src/store/open-store.js";
import { readNotes } from "./killed-flow.js";

/** What a flow that did not come to its end left behind: what its store, its tasks and its processes say. */
export async function describeStuck(folder: string): Promise<string> {
  const notes = readNotes(folder);
  const log = join(folder, "stderr.log");
  return [
    await storeWords(join(folder, ".cellar", "store.db")),
    `${notes.length} notes, the last: ${JSON.stringify(notes.slice(-3))}`,
    `processes there: ${processesIn(folder).join("; ") || "none"}`,
    `errors: ${existsSync(log) ? readFileSync(log, "utf8").slice(-2_000) : "none"}`,
  ].join("\n    ");
}

async function storeWords(path: string): Promise<string> {
  try {
    const store = await openStoreHere(path);
    const words: string[] = [];
    for (const { id, attempt, state, endedAt } of await store.flowRuns()) {
      const counts = new Map<string, number>();
      for (const task of (await store.flowRun(id))?.tasks ?? [])
        counts.set(task.state.type, (counts.get(task.state.type) ?? 0) + 1);
      words.push(`run ${state.type}, attempt ${attempt}, ended ${endedAt}, ${JSON.stringify([...counts])}`);
    }
    await store.close();
    return words.join("; ");
  } catch (error) {
    return `the store says ${(error as Error).message}`;
  }
}

/** Command lines of the processes whose folder it is, and what each waits for in the system. */
function processesIn(folder: string): string[] {
  if (!existsSync("/proc/self/cmdline")) return [];
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        if (readlinkSync(`/proc/${pid}/cwd`) !== folder) return [];
        return [`${pid} ${command.trim()} waits in ${readFileSync(`/proc/${pid}/wchan`, "utf8")}`];
      } catch {
        return []; // ended while we read, or somebody else's
      }
    });
}
