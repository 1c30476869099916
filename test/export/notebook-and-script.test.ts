/** A notebook and the script it exports as reach the same states, and make the same cache keys. */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FLOW_RUN_MIME, type FlowRunRecord, type StateType, type TaskRunRecord } from "../../src/contracts/records.js";
import { openStore } from "../../src/store/open-store.js";
import { markdown, notebookOf, parameters } from "./notebook-of.js";

const COMMAND = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const LIBRARY = fileURLToPath(new URL("../../src/index.d.ts", import.meta.url));
const SCRIPT_TYPES = fileURLToPath(new URL("../../src/export/open-script.d.ts", import.meta.url));
const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));

const NOTEBOOK = notebookOf(
  markdown("# Numbers"),
  parameters("const limit = 3;"),
  'import { flow, task } from "cellar";\nimport { existsSync } from "node:fs";\nimport { writeFile } from "node:fs/promises";',
  "const factor = 2;\nfunction double(value: number): number {\n  return value * factor;\n}",
  'const numbers = task("numbers", (limit: number) => Array.from({ length: limit }, (_, index) => index), { cacheFor: "1h" });',
  'const doubled = task("doubled", (value: number /* one of them */): number => double(value), { cacheFor: "1h" });',
  'const save = task("save", (all: number[], ready: boolean): string => {\n  if (!existsSync("ready")) throw new Error("not ready yet");\n  return all.join();\n});',
  'const after = task("after", (saved: string) => saved.length);',
  'const main = flow("main", () => {\n  const list = numbers(limit);\n  const each = doubled.map(list);\n  const saved = save(each, true);\n  return { list, each, saved, size: after(saved) };\n});',
  "const state = await main.run();\nstate",
  "state.type",
);

interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
async function run(folder: string, ...command: string[]): Promise<Told> {
  const child = spawn(process.execPath, command, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

/** Task runs of the newest run of a store. */
async function newestTasks(folder: string): Promise<readonly TaskRunRecord[]> {
  const store = await openStore(join(folder, ".cellar", "store.db"));
  const [newest] = await store.flowRuns({ limit: 1 });
  const record = await store.flowRun(newest!.id);
  await store.close();
  return record!.tasks;
}

/** Their states by task name; mapped children by name and index. */
const newestStates = async (folder: string): Promise<{ [task: string]: StateType }> =>
  Object.fromEntries(
    (await newestTasks(folder)).map(({ name, mapIndex, state }) => [`${name}#${mapIndex}`, state.type]),
  );

/** How many of a call's task runs took a result that was there. */
const newestHits = async (folder: string, call: string): Promise<number> =>
  (await newestTasks(folder)).filter(({ name, reason }) => name.startsWith(call) && reason?.startsWith("cache hit"))
    .length;

interface Context {
  folder: string;
}
const both = suite<Context>("notebook and script");
both.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "cellar-both-"));
  await writeFile(join(context.folder, "a.ipynb"), JSON.stringify(NOTEBOOK));
});
both.after.each(({ folder }) => rm(folder, { recursive: true, force: true }));

both(
  "the script reaches the notebook's states, with cache hits where the notebook left results",
  async ({ folder }) => {
    const failing = await run(folder, COMMAND, "run", "a.ipynb", "-o", "out.ipynb");
    assert.is(failing.code, 1, failing.err);
    const notebookStates = await newestStates(folder);
    assert.is(notebookStates["save#null"], "Failed");
    assert.equal([await newestHits(folder, "numbers"), await newestHits(folder, "doubled")], [0, 0]);

    assert.is((await run(folder, COMMAND, "export", "a.ipynb", "-o", "flow.ts")).code, 0);
    const script = await run(folder, COMMAND, "run", "flow.ts");
    assert.is(script.code, 1, script.err);
    assert.equal(await newestStates(folder), notebookStates);
    assert.equal([await newestHits(folder, "numbers"), await newestHits(folder, "doubled")], [1, 3]);

    await mkdir(join(folder, "ready"));
    const again = await run(folder, COMMAND, "run", "flow.ts");
    assert.is(again.code, 0, again.err);
    assert.is((await newestStates(folder))["after#null"], "Success");
  },
);

both("the script takes the parameters cell's names as flags", async ({ folder }) => {
  await mkdir(join(folder, "ready"));
  await run(folder, COMMAND, "export", "a.ipynb", "-o", "flow.ts");
  const { code, err } = await run(folder, COMMAND, "run", "flow.ts", "--limit", "5");
  assert.is(code, 0, err);
  assert.is(Object.keys(await newestStates(folder)).filter((name) => /^doubled#\d/.test(name)).length, 5);
  assert.match(
    (await run(folder, COMMAND, "run", "flow.ts", "--limt", "5")).err,
    "Cannot understand --limt: the flags are --limit",
  );
});

both("the script type-checks", async ({ folder }) => {
  await run(folder, COMMAND, "export", "a.ipynb", "-o", "flow.ts");
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "es2022",
    module: "nodenext",
    moduleDetection: "force",
    types: ["node"],
    typeRoots: [join(PROJECT, "node_modules", "@types")],
    paths: { cellar: [LIBRARY], "cellar/script": [SCRIPT_TYPES] },
  };
  await writeFile(join(folder, "package.json"), '{"type": "module"}');
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["flow.ts"] }));
  const checked = await run(folder, join(PROJECT, "node_modules", "typescript", "bin", "tsc"), "-p", ".");
  assert.equal(checked, { code: 0, out: "", err: "" });
});

both("cellar run keeps what a notebook run left, and writes outputs", async ({ folder }) => {
  await run(folder, COMMAND, "run", "a.ipynb");
  await mkdir(join(folder, "ready"));
  const { code, err } = await run(folder, COMMAND, "run", "a.ipynb", "-o", "out.ipynb");
  assert.is(code, 0, err);
  const out = JSON.parse(await readFile(join(folder, "out.ipynb"), "utf8"));
  const record: FlowRunRecord = out.cells
    .flatMap(({ outputs = [] }: { outputs?: { data?: { [mime: string]: unknown } }[] }) => outputs)
    .map(({ data }: { data?: { [mime: string]: unknown } }) => data?.[FLOW_RUN_MIME])
    .find((each: unknown) => each !== undefined);
  assert.is(record.state.type, "Success");
  assert.equal([record.kept, record.ran], [4, 2]);
  assert.equal(out.cells.at(-1).outputs[0].data["text/plain"], "'Success'");
});

both("cellar run takes parameters, and refuses those that the notebook does not declare", async ({ folder }) => {
  await mkdir(join(folder, "ready"));
  assert.is((await run(folder, COMMAND, "run", "a.ipynb", "-p", "limit=1")).code, 0);
  assert.is(Object.keys(await newestStates(folder)).filter((name) => /^doubled#\d/.test(name)).length, 1);
  const refused = await run(folder, COMMAND, "run", "a.ipynb", "-p", "limt=1");
  assert.equal([refused.code, refused.out], [1, ""]);
  assert.match(refused.err, 'Cannot set the parameter "limt": the parameters cell does not declare it');
});

both("cellar run ends at the cell that fails, with its error and code 1", async ({ folder }) => {
  const cells = ['console.log("one");', 'throw new RangeError("two");', 'console.log("three");'];
  await writeFile(join(folder, "b.ipynb"), JSON.stringify(notebookOf(...cells)));
  const { code, out, err } = await run(folder, COMMAND, "run", "b.ipynb", "-o", "out.ipynb");
  assert.is(code, 1);
  assert.is(out, "one\n");
  assert.match(err, /\[2\/3\] c2 {2}failed/);
  assert.match(err, "RangeError");
  assert.match(err, "two");
  const { cells: written } = JSON.parse(await readFile(join(folder, "out.ipynb"), "utf8"));
  assert.equal(
    written.map(({ outputs }: { outputs: { output_type: string }[] }) => outputs.map((each) => each.output_type)),
    [["stream"], ["error"], []],
  );
});
both.run();
