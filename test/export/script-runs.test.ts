/** What a script that runs flows tells, and the code that it ends with. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const REGISTER = new URL("../../src/export/register.js", import.meta.url).href;
const COMMAND = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
const node = (folder: string, words: readonly string[]): Promise<Told> =>
  new Promise((resolve) =>
    execFile(process.execPath, words, { cwd: folder }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    ),
  );

const scripts = suite<{ folder: string }>("scripts");
scripts.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "cellar-scripts-"));
});
scripts.after.each(({ folder }) => rm(folder, { recursive: true, force: true }));

const HEAD = `import { context, flow, task, signals } from "cellar";
const good = task("good", () => 1);
const bad = task("publish", (n: number): number => { throw new Error("Warehouse is read-only"); });
const fine = flow("fine", () => good());
const main = flow("main", () => bad(good()));
`;
const FAILS = /✕ Failed · main .*\n.*good {2}Success.*\n.*publish {2}Failed.*Warehouse is read-only/;
for (const [what, text, code, failed] of [
  ["succeeds", "await fine.run();", 0, false],
  ["fails", "await main.run();", 1, true],
  ["fails and exits by itself", "await main.run();\nprocess.exit();", 1, true],
  ["fails and sets another code", "await main.run();\nprocess.exitCode = 3;", 3, true],
  ["fails and sets code 0", "await main.run();\nprocess.exitCode = 0;", 0, true],
  ["fails and exits with code 0", "await main.run();\nprocess.exit(0);", 0, true],
  ["fails beside one that succeeds", "await Promise.all([main.run(), fine.run()]);", 1, true],
  ["is paused", 'await flow("main", () => task("wait", () => { throw signals.pause("Ask Ada"); })()).run();', 1, false],
  ["has a call outside every flow that fails", "await bad(1).run();", 1, false],
] as const)
  for (const [how, words] of [
    ["cellar run", [COMMAND, "run", "--no-check", "a.ts"]],
    ["cellar/register", ["--import", REGISTER, "a.ts"]],
  ] as const)
    scripts(`${how} ends with code ${code} when a flow ${what}`, async ({ folder }) => {
      await writeFile(join(folder, "a.ts"), HEAD + text);
      const first = await node(folder, words);
      assert.is(first.code, code, first.err);
      if (failed) assert.match(first.err, FAILS);
      assert.not.match(first.err, /^ +at /m);
      const again = await node(folder, words);
      assert.is(again.code, code, again.err);
      if (failed) assert.match(again.err, "kept 1, ran 1");
    });

scripts("runs of one flow in one execution of a script count each by itself", async ({ folder }) => {
  await writeFile(
    join(folder, "a.ts"),
    `import { flow, task } from "cellar";
let broken = true;
const t = task("t", () => { if (broken) throw new Error("no"); });
const f = flow("f", () => t());
await f.run();
broken = false;
await f.run();`,
  );
  const { code, err } = await node(folder, [COMMAND, "run", "a.ts"]);
  assert.is(code, 1, err);
  assert.match(err, /Failed · f[\s\S]*Success · f[\s\S]*✕ t {2}Failed/);
});

scripts("a task's lines begin with its name, and its log is told", async ({ folder }) => {
  await writeFile(
    join(folder, "a.ts"),
    `${HEAD}const loud = task("loud", () => { console.log("one\\ntwo"); context().log("kept"); });
console.log("before");
await flow("f", () => loud()).run();`,
  );
  const { out, err } = await node(folder, [COMMAND, "run", "--no-check", "a.ts"]);
  assert.is(out, "before\n[loud] one\n[loud] two\n");
  assert.match(err, /^\[loud\] kept$/m);
});

scripts("cellar run --json prints the end of a script as one line", async ({ folder }) => {
  await writeFile(join(folder, "a.ts"), `${HEAD}console.log("hello");\nawait main.run();`);
  const { code, out, err } = await node(folder, [COMMAND, "run", "--json", "a.ts"]);
  assert.is(code, 1);
  assert.match(err, "hello");
  const end = JSON.parse(out);
  assert.equal([out.trimEnd().split("\n").length, end.code, end.runs.length], [1, 1, 1]);
  assert.equal([end.runs[0].flow, end.runs[0].state], ["main", "Failed"]);
  assert.equal(end.runs[0].failures, [{ task: "publish", state: "Failed", message: "Error: Warehouse is read-only" }]);
});

scripts("cellar run checks the types of a script and its modules before it runs", async ({ folder }) => {
  await writeFile(join(folder, "lib.ts"), "export const limit: number = 'x';\n");
  await writeFile(join(folder, "a.ts"), 'import { limit } from "./lib.ts";\nconsole.log("ran", limit);\n');
  const refused = await node(folder, [COMMAND, "run", "a.ts"]);
  assert.equal([refused.code, refused.out], [1, ""]);
  assert.match(refused.err, "lib.ts:1:14 TS2322: Type 'string' is not assignable to type 'number'.");
  assert.match(refused.err, 'Cannot run "a.ts": the type check found 1 mistake; mend them, or run it with --no-check');
  assert.equal((await node(folder, [COMMAND, "run", "--no-check", "a.ts"])).out, "ran x\n");
});

for (const [what, text] of [
  [
    "Node's names",
    'import { readFileSync } from "node:fs";\nconsole.log(typeof readFileSync, __dirname.length > 0, URL.canParse("a:b"), Buffer.from("a").length);',
  ],
  ["await at the top", "console.log(await Promise.resolve(1));"],
  ["plain JavaScript", "function f(a) { return a; }\nconsole.log(f(1));"],
  ["the library", `${HEAD}console.log(fine.name);`],
] as const)
  scripts(`cellar run accepts ${what} in a script`, async ({ folder }) => {
    await writeFile(join(folder, "a.ts"), text);
    const { code, err } = await node(folder, [COMMAND, "run", "a.ts"]);
    assert.is(code, 0, err);
  });

const FLAGS = `import { openScript } from "cellar/script";
const script = openScript(import.meta.url, { version: ["string"], zip: ["null", "string"], n: ["number"] });
console.log(JSON.stringify([script.flag("version", "1.0"), script.flag<string | null>("zip", null), script.flag("n", 1)]));`;
for (const [words, out] of [
  [["--version", "1.10", "--zip=71201"], '["1.10","71201",1]\n'],
  [["--version=true", "--zip", "null", "--n", "-2"], '["true",null,-2]\n'],
] as const)
  scripts(`a script reads ${words.join(" ")} by the types that it was opened with`, async ({ folder }) => {
    await writeFile(join(folder, "a.ts"), FLAGS);
    assert.is((await node(folder, ["--import", REGISTER, "a.ts", ...words])).out, out);
  });

scripts("a script with flags answers --help and runs nothing", async ({ folder }) => {
  await writeFile(join(folder, "a.ts"), FLAGS);
  for (const words of [
    ["--import", REGISTER, "a.ts"],
    [COMMAND, "run", "a.ts"],
  ]) {
    const { code, out } = await node(folder, [...words, "--help"]);
    assert.is(code, 0);
    assert.match(out, /^Usage: a\.ts \[flags\][\s\S]*--version <string>[\s\S]*--n <number>/);
    assert.not.match(out, /^\[/m);
  }
});
scripts.run();
