import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type FlowRunSummary, NO_RESULT_RECORD } from "../../src/contracts/records.js";
import { openStore } from "../../src/store/open-store.js";
import { notebookOf } from "../export/notebook-of.js";
import { beginRun } from "../store/sample-records.js";

const COMMAND = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

async function cellar(folder: string, args: readonly string[], input = ""): Promise<Told> {
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd: folder, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {}); // most commands read nothing
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

interface Context {
  folder: string;
}
const commands = suite<Context>("cellar");
commands.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "cellar-cli-"));
});
commands.after.each(({ folder }) => rm(folder, { recursive: true, force: true }));

const NOTEBOOK = JSON.stringify(
  notebookOf(
    'import { flow, task } from "cellar";',
    'const one = task("one", () => 1);',
    'const f = flow("f", () => one());',
    "1 + 1",
  ),
);

commands("cellar --version tells the package's version", async ({ folder }) => {
  const manifest = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8"));
  assert.equal(await cellar(folder, ["--version"]), { code: 0, out: `${manifest.version}\n`, err: "" });
});

commands("cellar export writes a script, --check compares it", async ({ folder }) => {
  await writeFile(join(folder, "a.ipynb"), NOTEBOOK);
  const written = await cellar(folder, ["export", "a.ipynb", "-o", "flow.ts"]);
  assert.is(written.code, 0);
  assert.match(written.err, 'cellar: Left out of the cell "c4": `1 + 1`, since no flow needs it');
  const script = await readFile(join(folder, "flow.ts"), "utf8");
  assert.is((await cellar(folder, ["export", "a.ipynb"])).out, script);
  assert.is((await cellar(folder, ["export", "a.ipynb", "-o", "flow.ts", "--check"])).code, 0);
  await writeFile(join(folder, "flow.ts"), `${script}// changed\n`);
  const differs = await cellar(folder, ["export", "a.ipynb", "-o", "flow.ts", "--check"]);
  assert.is(differs.code, 1);
  assert.match(differs.err, "Cannot pass flow.ts: it is not what the notebook gives now");
});

commands("cellar export reads standard input and answers in JSON", async ({ folder }) => {
  const { code, out, err } = await cellar(folder, ["export", "-", "--json"], NOTEBOOK);
  const { script, warnings } = JSON.parse(out);
  assert.equal([code, err, warnings.length], [0, "", 1]);
  assert.match(script, 'export const f = flow("f", () => one());');
});

commands("cellar export and import give a notebook back", async ({ folder }) => {
  await writeFile(join(folder, "a.ipynb"), NOTEBOOK);
  await cellar(folder, ["export", "a.ipynb", "--format", "percent", "-o", "a.ts"]);
  assert.is((await cellar(folder, ["import", "a.ts", "-o", "b.ipynb"])).code, 0);
  assert.equal(JSON.parse(await readFile(join(folder, "b.ipynb"), "utf8")), JSON.parse(NOTEBOOK));
});

for (const [what, args, message] of [
  ["a missing notebook", ["export", "no.ipynb"], "cellar: Cannot read no.ipynb: there is no such file\n"],
  ["what is no JSON", ["export", "-"], "Cannot read -: it is no notebook"],
  ["a missing store", ["runs"], "there is none; go to the notebook's folder or name it by --store"],
  ["a bad port", ["lab", "--port", "x"], 'Cannot listen on port "x"'],
  ["a missing notebook to open", ["lab", "no.ipynb"], "Cannot open no.ipynb: there is no such file"],
  ["a bad pair", ["run", "a.ipynb", "-p", "x"], 'Cannot read -p "x": write name=value'],
  ["a missing notebook to run", ["run", "no.ipynb"], "there is no such file"],
] as const)
  commands(`cellar names ${what}, without a stack`, async ({ folder }) => {
    const { code, err } = await cellar(folder, args, "{");
    assert.is(code, 1);
    assert.match(err, message);
    assert.not.match(err, /^ +at /m);
  });

commands("cellar lab says that a port is taken", async ({ folder }) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const { code, err } = await cellar(folder, ["lab", "--no-browser", "--port", String(port)]);
  server.close();
  assert.is(code, 1);
  assert.match(err, `Cannot listen on port ${port}: it is taken`);
});

const RUN: FlowRunSummary = {
  v: 1,
  id: "run-1",
  flow: "etl",
  place: { file: "a.ipynb", cell: "c3" },
  state: { v: 1, type: "Running", message: null, timestamp: 1000, runCount: 1, result: NO_RESULT_RECORD },
  attempt: 1,
  kept: 0,
  ran: 1,
  createdAt: 1000,
  startedAt: 1000,
  endedAt: null,
  parameters: {},
};

commands("cellar runs, show and gc look at a store", async ({ folder }) => {
  const file = join(folder, "my.db");
  const store = await openStore(file);
  const hold = await beginRun(
    store,
    RUN,
    [{ name: "extract", task: "extract", upstream: [], mapped: false, tags: [] }],
    {
      id: "owner",
      pid: process.pid,
      startedAt: 1000,
    },
  );
  await store.append(hold, [], { run: { ...RUN, state: { ...RUN.state, type: "Success" }, endedAt: 3500 } });
  await store.close();
  const listed = await cellar(folder, ["runs", "--store", "my.db"]);
  assert.match(listed.out, /^run-1 .*✓ Success {2}etl {2}kept 0, ran 1 {2}2\.5 s {2}a\.ipynb #c3$/m);
  assert.match((await cellar(folder, ["show", "run-1", "--store", "my.db"])).out, /etl[\s\S]*extract/);
  assert.match((await cellar(folder, ["show", "no", "--store", "my.db"])).err, 'Cannot show the run "no"');
  const dry = await cellar(folder, ["gc", "--store", "my.db", "--older-than", "1d", "--keep-last", "0", "--dry-run"]);
  assert.match(dry.out, "would remove 1 runs");
  await cellar(folder, ["gc", "--store", "my.db", "--older-than", "1d", "--keep-last", "0"]);
  assert.is((await cellar(folder, ["runs", "--store", "my.db"])).out, "no runs yet\n");
});
commands.run();
