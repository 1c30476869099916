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
  assert.match(differs.err, 'Cannot pass "flow.ts": it is not what the notebook gives now');
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
  ["a missing notebook", ["export", "no.ipynb"], 'cellar: Cannot read "no.ipynb": there is no such file\n'],
  [
    "what is no JSON",
    ["export", "-"],
    "Cannot read the notebook on standard input: it is no notebook, since it is no JSON",
  ],
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

const HOSTILE = "a\u001b[2Jb\u202ec\u009bd\re";
commands(
  "cellar runs and show print no control characters, and show takes the beginning of an id",
  async ({ folder }) => {
    const store = await openStore(join(folder, "my.db"));
    const ids = ["0a1b-1", "0a1b-2", "0a2c-3"];
    for (const id of ids)
      await beginRun(
        store,
        { ...RUN, id, flow: HOSTILE, place: { file: `${HOSTILE}.ipynb`, cell: HOSTILE } },
        [{ name: HOSTILE, task: HOSTILE, upstream: [], mapped: false, tags: [HOSTILE] }],
        { id: "owner", pid: process.pid, startedAt: 1000 },
      );
    await store.close();
    const look = (...words: string[]) => cellar(folder, [...words, "--store", "my.db"]);
    for (const words of [
      ["runs"],
      ["runs", "--json"],
      ["show", "0a2"],
      ["show", "0A2C-3", "--json"],
      ["show", HOSTILE],
    ]) {
      const { out, err } = await look(...words);
      assert.not.match(out + err, /[^\n\P{C}]/u, words.join(" "));
    }
    assert.is(JSON.parse((await look("show", "0a2", "--json")).out).flow, HOSTILE);
    assert.match((await look("show", "0a1")).err, "2 runs begin so (0a1b-2, 0a1b-1); write more of the id");
    assert.is((await look("show", "")).code, 1);
    assert.match((await look("show", "9")).err, "the store has none whose id begins so");
  },
);

for (const [args, message] of [
  [["runs", "--limit", "many"], "It is no whole number"],
  [["gc", "--keep-last", "-1"], "It is no whole number"],
  [["gc", "--older-than", "someday"], "--older-than"],
  [["import", "no.ts", "-o", "a.ipynb"], 'Cannot read "no.ts": there is no such file'],
  [["import", ".", "-o", "a.ipynb"], 'Cannot read ".": it is a folder'],
  [["export", "a.ipynb", "-o", "no/flow.ts"], 'Cannot write "no/flow.ts": its folder does not exist'],
  [["export", "a.ipynb", "-o", "."], 'Cannot write ".": it is a folder'],
  [["export", "a.ipynb", "--check"], "Cannot check: name the script by --out"],
  [["export", "a.ipynb", "--check", "-o", "no.ts"], 'Cannot pass "no.ts"'],
  [["run", "no.ts"], 'Cannot run "no.ts": there is no such file'],
  [["run", "."], 'Cannot run ".": it is a folder'],
  [["run", "data.txt"], 'Cannot run "data.txt": it is neither a notebook (.ipynb) nor a script'],
  [["run", "a.ipynb", "-p", "a-b=1"], 'Cannot set the parameter "a-b": it is no name that a variable can have'],
  [["runs", "--store", "data.txt"], "data.txt"],
  [["runs", "--store", "."], "Cannot open"],
  [["frob"], "unknown command 'frob'"],
] as const)
  commands(`cellar ${args.join(" ")} ends in one line`, async ({ folder }) => {
    await writeFile(join(folder, "a.ipynb"), NOTEBOOK);
    await writeFile(join(folder, "data.txt"), "text");
    const { code, err, out } = await cellar(folder, args);
    assert.is(code, 1);
    assert.is(out, "");
    const own = err.split("\n").filter((line) => line !== "" && !line.includes("Left out"));
    assert.is(own.length, 1, err);
    assert.match(own[0]!, message);
  });

for (const command of ["lab", "run", "export", "import", "runs", "show", "gc", "install", "uninstall", "doctor"])
  commands(`cellar ${command} --help says what it takes`, async ({ folder }) => {
    const { code, out } = await cellar(folder, [command, "--help"]);
    assert.is(code, 0);
    assert.match(out, `Usage: cellar ${command}`);
  });

commands("cellar import reads a marker with any number of spaces", async ({ folder }) => {
  await writeFile(join(folder, "a.ts"), `// %% a${" ".repeat(100_000)}b [markdown]\n// # T\n`);
  assert.is((await cellar(folder, ["import", "a.ts", "-o", "b.ipynb"])).code, 0);
  const { cells } = JSON.parse(await readFile(join(folder, "b.ipynb"), "utf8"));
  assert.equal([cells.length, cells[0].cell_type], [1, "markdown"]);
});
commands.run();
