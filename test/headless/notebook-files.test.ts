/** Notebook files as people, git and older programs leave them: they run, or one line says what is wrong. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { notebookOf } from "../export/notebook-of.js";
import { runCellar } from "../notebooks/run-cellar.js";

const files = suite<{ folder: string }>("notebook files");
files.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "cellar-files-"));
});
files.after.each(({ folder }) => rm(folder, { recursive: true, force: true }));

const TEXT = JSON.stringify(notebookOf("console.log(40 + 2);"), null, 1);
const older = (minor: number): string => {
  const { cells, ...rest } = JSON.parse(TEXT) as { cells: { id?: string }[] };
  for (const cell of cells) delete cell.id;
  return JSON.stringify({
    ...rest,
    nbformat_minor: minor,
    cells: [{ cell_type: "markdown", source: "# T", metadata: {} }, ...cells],
  });
};
for (const [what, text] of [
  ["with a byte order mark", `\ufeff${TEXT}`],
  ["with CRLF between its lines", TEXT.replaceAll("\n", "\r\n")],
  ["of format 4.0", older(0)],
  ["of format 4.4", older(4)],
  ["without metadata", JSON.stringify({ ...JSON.parse(TEXT), metadata: undefined })],
  ["whose cells have no metadata", TEXT.replace('"metadata": {},', "")],
  ["whose cells share an id", JSON.stringify(notebookOf("1", { type: "code", id: "c1", source: "console.log(42);" }))],
] as const)
  files(`cellar run runs a notebook ${what}, and writes format 4.5`, async ({ folder }) => {
    await writeFile(join(folder, "a.ipynb"), text);
    const { code, said } = await runCellar(folder, "run", "a.ipynb", "-o", "out.ipynb");
    assert.is(code, 0, said);
    assert.match(said, "42");
    const out = JSON.parse(await readFile(join(folder, "out.ipynb"), "utf8"));
    assert.equal([out.nbformat, out.nbformat_minor], [4, 5]);
    const ids = out.cells.map(({ id }: { id: string }) => id);
    assert.is(new Set(ids).size, out.cells.length);
    assert.ok(ids.every((id: unknown) => typeof id === "string"));
    assert.ok(out.cells.every(({ metadata }: { metadata: unknown }) => typeof metadata === "object"));
    assert.match(JSON.stringify(out.cells.at(-1).outputs), "42");
    const again = await runCellar(folder, "run", "out.ipynb", "-o", "out.ipynb");
    assert.is(again.code, 0, again.said);
    assert.equal((await readdir(folder)).sort(), ["a.ipynb", "out.ipynb"]);
  });

const CONFLICT = TEXT.replace(/^ +"console.*$/m, '<<<<<<< HEAD\n "1"\n=======\n "2"\n>>>>>>> theirs');
for (const [what, name, text, why] of [
  ["an empty file", "a.ipynb", "", "it is empty"],
  ["merge conflicts", "a.ipynb", CONFLICT, "it has merge conflicts (the first in line "],
  ["half a file", "a.ipynb", TEXT.slice(0, 90), "it is no notebook, since it is no JSON"],
  ["a list", "a.ipynb", "[]", "it is a list, not a notebook"],
  ["a Python notebook", "a.ipynb", TEXT.replaceAll(/cellar|typescript/g, "python"), 'it is a notebook in "python"'],
  ["format 3", "a.ipynb", '{ "nbformat": 3, "worksheets": [] }', "it is a notebook of format 3"],
  ["a missing file", "no.ipynb", null, "there is no such file"],
  ["a folder", "sub.ipynb", null, "it is a folder"],
  ["the folder itself", ".", null, "it is a folder"],
] as const)
  for (const command of [["run"], ["export"], ["export", "--format", "percent", "-o", "x.ts"]])
    files(`cellar ${command.join(" ")} tells ${what} in one line`, async ({ folder }) => {
      await mkdir(join(folder, "sub.ipynb"));
      if (text !== null) await writeFile(join(folder, name), text);
      const { code, said } = await runCellar(folder, command[0]!, name, ...command.slice(1));
      assert.is(code, 1);
      assert.match(said, why);
      assert.match(said, JSON.stringify(name));
      assert.is(said.trim().split("\n").length, 1, said);
    });

files("cellar run tells a place that cannot be written before anything runs", async ({ folder }) => {
  await writeFile(join(folder, "a.ipynb"), TEXT);
  await mkdir(join(folder, "sub"));
  for (const [out, why] of [
    ["no/out.ipynb", "its folder does not exist"],
    ["sub", "it is a folder; name a file"],
  ] as const) {
    const { code, said } = await runCellar(folder, "run", "a.ipynb", "-o", out);
    assert.is(code, 1);
    assert.match(said, `: ${why}`);
    assert.not.match(said, "42");
  }
});

files("cellar run writes the notebook of one without code as well", async ({ folder }) => {
  await writeFile(join(folder, "a.ipynb"), JSON.stringify(notebookOf({ type: "markdown", source: "# T" })));
  const { code, said } = await runCellar(folder, "run", "a.ipynb", "-o", "out.ipynb");
  assert.is(code, 0, said);
  assert.is(JSON.parse(await readFile(join(folder, "out.ipynb"), "utf8")).cells.length, 1);
});

files("two runs that write one file at once leave a whole one", async ({ folder }) => {
  await writeFile(join(folder, "a.ipynb"), TEXT);
  const both = await Promise.all([1, 2].map(() => runCellar(folder, "run", "a.ipynb", "-o", "out.ipynb")));
  assert.equal(
    both.map(({ code }) => code),
    [0, 0],
    both.map(({ said }) => said).join("\n"),
  );
  assert.match(JSON.stringify(JSON.parse(await readFile(join(folder, "out.ipynb"), "utf8"))), "42");
  assert.equal((await readdir(folder)).sort(), ["a.ipynb", "out.ipynb"]);
});
files.run();
