/** Two kernels, the command line and a script at work in one store at once. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openStore } from "../../src/store/open-store.js";
import { KernelClient } from "../kernel/kernel-client.js";
import { appendTo, beginRun, graphOf, resultOf, runOf, self, transitionOf } from "../store/sample-records.js";

const COMMAND = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const run = promisify(execFile);
const TASKS = 60;
const LOCK_WORDS = /locked|busy|SQLITE/i;

const CELL = `
import { flow, task } from "cellar";
const row = task("row", async (n: number) => ({ n, text: "x".repeat(n % 20 === 0 ? 70_000 : 500) }));
const total = task("total", (rows: { n: number }[]) => rows.reduce((sum, { n }) => sum + n, 0));
const made = flow("made", () => {
  const sum = total(row.map(Array.from({ length: ${TASKS} }, (_, n) => n)));
  return { sum };
});
const state = await made.run();
console.log(state.type, state.result.get(made.calls.sum).result);
`;

export interface SharedReport {
  /** Of a script's own writes meanwhile: how long the slowest of a hundred waits for its commit. */
  readonly p99Ms: number;
  readonly faults: readonly string[];
}

/** @param rounds flow runs of each kernel, and calls of each command. */
export async function sharedHarness(rounds: number): Promise<SharedReport> {
  const folder = mkdtempSync(join(tmpdir(), "cellar-shared-"));
  const path = join(folder, ".cellar", "store.db");
  const faults: string[] = [];
  const look = (who: string, said: string, fits: RegExp): void => {
    if (LOCK_WORDS.test(said) || !fits.test(said)) faults.push(`${who} says: ${said}`);
  };
  const kernelRuns = async (name: string): Promise<void> => {
    writeFileSync(join(folder, name), ""); // of a notebook that is gone the other would be the new name
    const client = await KernelClient.start({ folder, env: { JPY_SESSION_NAME: join(folder, name) } });
    try {
      for (let round = 0; round < rounds; round += 1) {
        const { stdout, stderr, reply } = await client.execute(CELL, {}, { cellId: `c-${round % 5}` });
        const said = `${stdout}${stderr}${JSON.stringify(reply.traceback ?? "")}`;
        look(name, said, new RegExp(`^Success ${(TASKS * (TASKS - 1)) / 2}\n`));
      }
    } finally {
      await client.close();
    }
  };
  const commandRuns = async (): Promise<void> => {
    for (let round = 0; round < rounds; round += 1) {
      for (const words of [["runs"], ["gc", "--older-than", "0s", "--keep-last", "3"]]) {
        const { stdout, stderr } = await run(process.execPath, [COMMAND, ...words, "--store", path], { cwd: folder });
        look(`cellar ${words[0]}`, `${stdout}${stderr}`, /removed \d+ runs|no runs yet|made|script/);
      }
    }
  };
  const waits: number[] = [];
  const scriptRuns = async (): Promise<void> => {
    const store = await openStore(path);
    await beginRun(store, runOf("script", { flow: "script", createdAt: Date.now() }), graphOf("a"), self);
    for (let mapIndex = 0; mapIndex < 100 * rounds; mapIndex += 1) {
      const start = performance.now();
      await appendTo(store, [
        transitionOf("script", "a", "Success", { mapIndex, result: resultOf(`value ${mapIndex}`) }),
      ]);
      waits.push(performance.now() - start);
    }
    const found = await store.flowRun("script");
    for (const { state } of found?.tasks ?? []) await store.readResult(state.result.id!);
    if (found?.tasks.length !== 100 * rounds) faults.push(`the script's run has ${found?.tasks.length} task runs`);
    await store.close();
  };
  try {
    await (await openStore(path)).close(); // the command line looks at what is there
    await Promise.all([kernelRuns("one.ipynb"), kernelRuns("two.ipynb"), commandRuns(), scriptRuns()]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  waits.sort((a, b) => a - b);
  return { p99Ms: waits[Math.floor(waits.length * 0.99)] ?? 0, faults };
}
