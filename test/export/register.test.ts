import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const REGISTER = new URL("../../src/export/register.js", import.meta.url).href;
const SOURCE_NOTE = new URL("../../src/source/source-note.js", import.meta.url).href;
const run = promisify(execFile);

const scripts = suite<{ folder: string }>("cellar/register");
scripts.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "cellar-register-"));
});
scripts.after.each(({ folder }) => rm(folder, { recursive: true, force: true }));

/** Writes files, runs `flow.ts` among them, gives what it prints. */
async function runScript(folder: string, files: { [name: string]: string }, ...flags: string[]): Promise<string> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  const { stdout } = await run(process.execPath, ["--import", REGISTER, join(folder, "flow.ts"), ...flags], {
    cwd: folder,
  });
  return stdout;
}

const failure = (folder: string, files: { [name: string]: string }, ...flags: string[]): Promise<string> =>
  runScript(folder, files, ...flags).then(
    (output) => assert.unreachable(`it ended well: ${output}`) as never,
    (error: { stderr: string }) => error.stderr,
  );

const TYPED = "enum Size { small = 3 }\nconst size: Size = await Promise.resolve(Size.small);\nconsole.log(size);";
for (const [what, files] of [
  ["a folder without package.json", {}],
  ["a CommonJS package", { "package.json": '{"type": "commonjs"}' }],
  ["an ES module package", { "package.json": '{"type": "module"}' }],
  [
    "a folder whose tsconfig.json wants CommonJS",
    { "tsconfig.json": '{"compilerOptions": {"module": "commonjs", "target": "es5"}}' },
  ],
] as const)
  scripts(`cellar/register runs TypeScript with top-level await in ${what}`, async ({ folder }) => {
    assert.is(await runScript(folder, { ...files, "flow.ts": TYPED }), "3\n");
  });

scripts("cellar/register finds modules by the aliases of tsconfig.json, and JSON", async ({ folder }) => {
  const output = await runScript(folder, {
    "tsconfig.json": '{ "compilerOptions": { "paths": { "@/*": ["./lib/*"] }, "outDir": "out" } }',
    "flow.ts":
      'import { a } from "@/a";\nimport data from "@/data.json";\nconst { c } = await import("@/c");\nconsole.log(a + data.b + c);',
    "lib/a.ts": "export const a: number = 1;",
    "lib/data.json": '{ "b": 2 }',
    "lib/c.cts": "const c: number = 3;\nexport = { c };",
  });
  assert.is(output, "6\n");
});
scripts("cellar/register finds local TypeScript modules however they are named", async ({ folder }) => {
  const output = await runScript(folder, {
    "flow.ts":
      'import { a } from "./a.js";\nimport { b } from "./b.ts";\nimport { c } from "./lib";\nconsole.log(a + b + c);',
    "a.ts": "export const a: number = 1;",
    "b.ts": "export const b: number = 2;",
    "lib/index.ts": "export const c: number = 3;",
  });
  assert.is(output, "6\n");
});

scripts("cellar/register notes the source of functions, without types and comments", async ({ folder }) => {
  const output = await runScript(folder, {
    "flow.ts": `import { sourceNoteOf } from ${JSON.stringify(SOURCE_NOTE)};
const limit = 4;
function add(a: number /* first */): number { return a + limit; }
const { text, references } = sourceNoteOf(add)!;
console.log(JSON.stringify([text, references()]));`,
  });
  assert.equal(JSON.parse(output), ["function add(a) {\n  return a + limit;\n}", { limit: 4 }]);
});

scripts("cellar/register shows stacks in the lines of the script", async ({ folder }) => {
  const stderr = await failure(folder, { "flow.ts": 'type A = 1;\ninterface B { c: A }\n\nthrow new Error("here");' });
  assert.match(stderr, "flow.ts:4:7");
});

const FLAGS = `import { openScript } from "cellar/script";
const script = openScript(import.meta.url);
const values = [script.flag("limit", 1), script.flag("dryRun", false), script.flag("name", "x"), script.flag("list", [1])];
console.log(JSON.stringify(values));`;
for (const [flags, values] of [
  [[], [1, false, "x", [1]]],
  [
    ["--limit", "5", "--dryRun", "--name=a=b", "--list", "[2,3]"],
    [5, true, "a=b", [2, 3]],
  ],
  [
    ["--limit=-2", "--dry-run", "--name", "", "--list=[]"],
    [-2, true, "", []],
  ],
  [["--no-dry-run"], [1, false, "x", [1]]],
] as const)
  scripts(`flag() reads ${flags.join(" ") || "nothing"}`, async ({ folder }) => {
    assert.equal(JSON.parse(await runScript(folder, { "flow.ts": FLAGS }, ...flags)), values);
  });

for (const [flags, message] of [
  [["--limit", "many"], 'Cannot set --limit: "many" is not a number'],
  [["--limit"], "Cannot set --limit: its value is missing"],
  [["--dryRun=perhaps"], 'Cannot set --dryRun: "perhaps" is not true or false'],
  [["--list", "[1"], 'Cannot set --list: "[1" is not a list or an object in JSON'],
  [["limit"], 'Cannot read the argument "limit": flags begin with --'],
] as const)
  scripts(`flag() refuses ${flags.join(" ")}`, async ({ folder }) => {
    assert.match(await failure(folder, { "flow.ts": FLAGS }, ...flags), message);
  });

scripts("flag() gives its initial value in a script that is imported", async ({ folder }) => {
  const files = { "flow.ts": 'import "./other.ts";', "other.ts": FLAGS };
  assert.equal(JSON.parse(await runScript(folder, files, "--limit", "5")), [1, false, "x", [1]]);
});
scripts.run();
