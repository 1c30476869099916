/** Each notebook of the product, run headless from an empty folder by the command that users run. */
import { cp, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FLOW_RUN_MIME } from "../../src/contracts/records.js";
import { openStore } from "../../src/store/open-store.js";
import { runCellar } from "./run-cellar.js";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));

interface Output {
  readonly output_type: string;
  readonly text?: string;
  readonly data?: { readonly [mime: string]: unknown };
}
interface Notebook {
  readonly cells: readonly { readonly id: string; readonly cell_type: string; readonly outputs?: readonly Output[] }[];
}

const test = suite<{ folder: string }>("notebooks");
test.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "cellar-notebooks-"));
  await cp(join(PROJECT, "notebooks"), context.folder, {
    recursive: true,
    filter: (path) => !path.includes(".cellar"),
  });
  await cp(join(PROJECT, "package-lock.json"), join(context.folder, "package-lock.json"));
  await symlink(join(PROJECT, "node_modules"), join(context.folder, "node_modules"));
});
test.after.each(({ folder }) => rm(folder, { recursive: true }));

const readNotebook = async (path: string): Promise<Notebook> => JSON.parse(await readFile(path, "utf8"));

test("quickstart.ipynb fails at its report first, and run again keeps all the rest", async ({ folder }) => {
  const first = await runCellar(folder, "run", "quickstart.ipynb", "-p", "limit=50");
  assert.is(first.code, 1, first.said);
  assert.match(first.said, "kept 0, ran 53");
  assert.match(first.said, /write report\s+Failed.*ENOENT/);
  const second = await runCellar(folder, "run", "quickstart.ipynb", "-p", "limit=50", "-o", "out.ipynb");
  assert.is(second.code, 0, second.said);
  assert.match(second.said, "kept 52, ran 1");
  const { cells } = await readNotebook(join(folder, "out.ipynb"));
  const outputs = cells.flatMap((cell) => cell.outputs ?? []);
  assert.ok(outputs.some(({ data }) => data?.["application/vnd.cellar.flow-run+json"] !== undefined));
  assert.ok(outputs.some(({ data }) => String(data?.["image/svg+xml"]).includes("Packages by licence")));
  assert.equal(
    outputs.filter(({ output_type }) => output_type === "error" || output_type === "stream"),
    [],
  );
});

test("quickstart.ipynb exports as a script that reaches the same states", async ({ folder }) => {
  const written = await runCellar(folder, "export", "quickstart.ipynb", "-o", "audit.ts");
  assert.is(written.code, 0, written.said);
  for (const again of [1, 2]) {
    const ran = await runCellar(folder, "run", "quickstart.ipynb", "-p", "limit=20");
    assert.is(ran.code, again === 1 ? 1 : 0, ran.said);
  }
  const script = await runCellar(folder, "run", "audit.ts", "--limit", "20");
  assert.is(script.code, 0, script.said);
  const store = await openStore(join(folder, ".cellar", "store.db"));
  const runs = await store.flowRuns({ flow: "dependency audit" });
  const states = await Promise.all(
    runs.map(async ({ id }) =>
      (await store.flowRun(id))!.tasks.map((each) => [each.name, each.mapIndex, each.state.type]),
    ),
  );
  await store.close();
  assert.is(states.length, 2);
  assert.equal(states[0], states[1]);
});

/** Runs a notebook that must end well. Gives what its cells show as text and in other forms. */
async function shownBy(folder: string, name: string, ...flags: string[]): Promise<Shown> {
  const ran = await runCellar(folder, "run", name, "-o", "out.ipynb", ...flags);
  assert.is(ran.code, 0, ran.said);
  const { cells } = await readNotebook(join(folder, "out.ipynb"));
  const outputsOf = (id: string): readonly Output[] => {
    const cell = cells.find((each) => each.id === id);
    assert.ok(cell, `${name} has no cell "${id}"`);
    return cell.outputs ?? [];
  };
  const printed = (id: string) => outputsOf(id).filter(({ output_type }) => output_type === "stream");
  return {
    text: (id) => outputsOf(id).map(textOf).join(""),
    lines: (id) => printed(id).map(textOf).join("").split("\n").filter(Boolean),
    result: (id) => textOf(outputsOf(id).find(({ output_type }) => output_type === "execute_result") ?? {}),
    form: (id, mime) => outputsOf(id).find(({ data }) => data?.[mime] !== undefined)?.data?.[mime],
    runs: (id) =>
      outputsOf(id)
        .filter(({ data }) => data?.[FLOW_RUN_MIME])
        .map(textOf),
  };
}

interface Shown {
  /** All that a cell shows. */
  text(id: string): string;
  /** What it printed, line by line. */
  lines(id: string): string[];
  /** Its last expression. */
  result(id: string): string;
  /** Its first output in this form. */
  form(id: string, mime: string): unknown;
  /** The flow runs it shows. */
  runs(id: string): string[];
}

const textOf = ({ text: said, data }: Partial<Output>): string => said ?? String(data?.["text/plain"] ?? "");

test("results.ipynb runs through", async ({ folder }) => {
  const shown = await shownBy(folder, "results.ipynb");
  assert.is(shown.text("unchanged"), "[ false, true, false ]");
  assert.match(shown.text("unread"), "UnreadResultError");
  assert.match(shown.text("waiting"), "isReference: true");
  assert.match(shown.text("history"), "Retrying");
});

test("retries.ipynb tries again as each task says, and keeps what finished", async ({ folder }) => {
  const shown = await shownBy(folder, "retries.ipynb");
  const count = (id: string, line: string) => shown.lines(id).filter((each) => each === line).length;
  assert.is(count("delays", "get busy: Running"), 3);
  assert.is(shown.lines("delays").at(-1), "get busy: Success");
  assert.is(count("retry-if", "get gone: Running"), 1);
  assert.is(shown.result("retry-if"), "[ 2, 7, 1 ]");
  assert.is(count("signal", "get limited: Running"), 3);
  assert.match(shown.text("signal"), "get limited: Retrying (The server asks to wait)");
  assert.match(shown.text("timeout"), "get silent: TimedOut (It took longer than 1000 ms.)");
  assert.match(shown.text("timeout"), "attempt 2");
  assert.is(shown.result("far"), "{ flow: 'Running', task: 'Retrying', attempts: 1, inputs: [ 'rows' ] }");
  const lines = shown.lines("keep");
  assert.is(lines[lines.indexOf("first run: Failed") - 1]?.slice(0, 23), "publish: Failed (Error:");
  const second = lines.slice(lines.indexOf("first run: Failed") + 1);
  assert.equal(
    second.filter((line) => line.endsWith("Running")),
    ["publish: Running"],
  );
  assert.is(second.at(-1), "second run: Success");
  assert.match(shown.runs("keep").at(-1)!, "kept 2, ran 1");
  assert.match(shown.result("keep"), /^'published: \d+ exports'$/);
});

const FIRST_CACHING = [
  ["hit", "count primes: called", "count primes: from the cache"],
  ["other-input", "count primes: called"],
  ["same-helper", "count primes: from the cache"],
  ["edited-helper", "count primes: called"],
  ["value", "in euro: called", "in euro: from the cache"],
  ["other-value", "in euro: called"],
] as const;

test("caching.ipynb calls what is new and takes the rest from the cache; run again it calls none of it", async ({
  folder,
}) => {
  const first = await shownBy(folder, "caching.ipynb");
  for (const [cell, ...lines] of FIRST_CACHING) assert.equal(first.lines(cell), lines, cell);
  const asked = first.lines("validators");
  const since = (title: string, until?: string) =>
    asked.slice(asked.indexOf(title) + 1, until === undefined ? undefined : asked.indexOf(until)).sort();
  assert.equal(since("-- another label", "-- another text"), [
    "by age: from the cache",
    "by text: from the cache",
    "never: called",
  ]);
  assert.equal(since("-- another text"), ["by age: from the cache", "by text: called", "never: called"]);
  assert.equal(first.lines("age"), ["today: called", "today: called"]);
  assert.equal(first.lines("unknown"), ["read age: called", "read age: called"]);
  assert.match(first.text("unknown"), "cache off: `connection` cannot be compared");
  assert.is(first.result("hit"), "17984");
  assert.is(first.result("edited-helper"), "17984");
  const second = await shownBy(folder, "caching.ipynb");
  for (const [cell, ...lines] of FIRST_CACHING)
    assert.equal(
      second.lines(cell),
      lines.map((line) => line.replace("called", "from the cache")),
      cell,
    );
  assert.equal(second.lines("age"), ["today: called", "today: called"]);
});

test("mapping.ipynb fails one child alone, and runs that one alone again", async ({ folder }) => {
  const shown = await shownBy(folder, "mapping.ipynb");
  const { values, means, warmest } = shown.form("run", "application/json") as { [name: string]: unknown };
  assert.equal(values, ["Success", "Success", "Failed", "Success"]);
  assert.equal(means, ["Success", "Success", "TriggerFailed", "Success"]);
  assert.equal(warmest, { station: "Aachen", celsius: 8, of: 3 });
  assert.equal(shown.lines("repair"), [
    "first run: Failed, mean of all: TriggerFailed",
    "read station [2]",
    "mean [2]",
    "mean of all",
    "second run: Success",
  ]);
  assert.match(shown.runs("repair").at(-1)!, "kept 6, ran 3");
  assert.is(shown.result("zip"), "[ [ 'Aachen in winter', 'Bergen in summer' ], [] ]");
  assert.is((shown.form("flatten", "application/json") as number[]).length, 16);
});

test("parameters.ipynb takes parameters, refuses wrong ones, and exports them as flags", async ({ folder }) => {
  const shown = await shownBy(folder, "parameters.ipynb", "-p", "pattern=^fs", "-p", "ascending=true");
  assert.match(shown.result("run"), /^\[ 'fs: \d+ names' \]$/);
  for (const words of ['"unit" is missing', 'unknown parameter "limt"', '"limit" is invalid: 0 is no whole number'])
    assert.match(shown.result("wrong"), words);
  const wrong = await runCellar(folder, "run", "parameters.ipynb", "-p", "ascending=3");
  assert.is(wrong.code, 1, wrong.said);
  assert.match(wrong.said, 'Cannot set the parameter "ascending": "3" is not true or false');
  const written = await runCellar(folder, "export", "parameters.ipynb", "-o", "survey.ts");
  assert.is(written.code, 0, written.said);
  const script = await runCellar(folder, "run", "survey.ts", "--pattern", "^h", "--ascending", "--limit", "2");
  assert.is(script.code, 0, script.said);
  assert.match(script.said, "✓ Success · survey");
  const misspelt = await runCellar(folder, "run", "survey.ts", "--limi", "2");
  assert.is(misspelt.code, 2, misspelt.said);
  assert.match(misspelt.said, "the flags are --pattern, --ascending, --limit, --unit");
  const refused = await runCellar(folder, "run", "survey.ts", "--limit", "0");
  assert.is(refused.code, 2, refused.said);
  assert.match(refused.said, /^survey\.ts: .*"limit" is invalid: 0 is no whole number/m);
  assert.not.match(refused.said, "    at ");
});

/** Cell of the gallery, the form it is shown in, and a piece of that. */
const GALLERY: readonly (readonly [cell: string, mime: string, piece: string | RegExp])[] = [
  ["values", "text/plain", "sizes: Map(1) { 'fs' => 104n }"],
  ["table", "text/html", "<table"],
  ["table", "application/vnd.dataresource+json", /./],
  ["large-table", "text/html", "5,000 rows × 4 columns, first 100 rows shown"],
  ["html", "text/html", "<li>&lt;b&gt;not bold&lt;/b&gt;</li><li><b>bold</b></li>"],
  ["svg", "image/svg+xml", "<polyline"],
  ["markdown", "text/markdown", "**"],
  ["latex", "text/latex", "\\frac{n(n+1)}{2}"],
  ["image", "image/png", /^iVBORw0KGgo/],
  ["plotly", "application/vnd.plotly.v1+json", /./],
  ["progress", "text/html", /^<progress value="1000" max="1000">/],
  ["error", "text/plain", "at parsePort (Cell ["],
  ["error", "text/plain", "Caused by:"],
  ["own", "text/html", "#4a7ebb"],
  ["own-later", "text/markdown", "made *later*"],
  ["large", "text/plain", "999900 more items"],
  ["result", "application/vnd.cellar.result+json", /./],
  ["retrying", "application/vnd.cellar.state+json", /./],
  ["failed", "text/plain", "RangeError: 7 is too much"],
  ["flow", "image/svg+xml", ">square<"],
  ["run", "application/vnd.cellar.flow-run+json", /./],
  ["graph", "image/svg+xml", "Mapped"],
  ["mermaid", "text/vnd.mermaid", "flowchart"],
  ["call", "text/plain", "square-2"],
];

test("gallery.ipynb shows each value in its form", async ({ folder }) => {
  const shown = await shownBy(folder, "gallery.ipynb");
  for (const [cell, mime, piece] of GALLERY) {
    const found = shown.form(cell, mime);
    assert.ok(found !== undefined, `${cell} is not shown as ${mime}`);
    assert.match(String(found), piece, cell);
  }
  assert.is(shown.result("tree").slice(0, 1), "{");
  assert.is((shown.form("vega", "application/vnd.vegalite.v5+json") as { mark: string }).mark, "line");
  assert.match(shown.text("progress"), "10/10 all steps done");
  assert.is(shown.text("shown"), "**ready**");
  assert.is(shown.text("update"), "");
  const { size } = await stat(join(folder, "out.ipynb"));
  assert.ok(size < 1024 * 1024, `the notebook has grown to ${size} bytes`);
});

test.run();
