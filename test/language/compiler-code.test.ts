import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const MODULE = new URL("../../kernel/language/compiler-code.js", import.meta.url).href;

/** Loads the compiler in a process of its own, uses it, and keeps its code. */
function load(folder: string): { wasKept: boolean; js: string } {
  const code = `
    import { createRequire } from "node:module";
    const { loadCompiler } = await import(${JSON.stringify(MODULE)});
    const compiler = loadCompiler(${JSON.stringify(folder)});
    const ts = createRequire(${JSON.stringify(MODULE)})("typescript");
    const { outputText } = ts.transpileModule("const a: string = '\u00e4'", { compilerOptions: { target: "ES2022" } });
    compiler.keep();
    console.log(JSON.stringify({ wasKept: compiler.wasKept, js: outputText }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
  assert.is(stderr, "");
  return JSON.parse(stdout);
}

const test = suite<{ folder: string }>("loadCompiler()");
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "cellar-code-"));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

const js = "\"use strict\";\nconst a = 'ä';\n";

test("loadCompiler() takes the code that an earlier process kept", ({ folder }) => {
  assert.equal(load(folder), { wasKept: false, js });
  assert.equal(load(folder), { wasKept: true, js });
});
const BREAKS: readonly (readonly [what: string, broken: (whole: Buffer) => Buffer])[] = [
  ["is cut off", (whole) => whole.subarray(0, 1000)],
  ["has zeros for its end", (whole) => whole.fill(0, whole.length / 2)],
];
for (const [what, broken] of BREAKS)
  test(`loadCompiler() compiles again when the file ${what}, and keeps that`, ({ folder }) => {
    load(folder);
    const [name] = readdirSync(folder);
    writeFileSync(join(folder, name!), broken(readFileSync(join(folder, name!))));
    assert.equal(load(folder), { wasKept: false, js });
    assert.equal(load(folder), { wasKept: true, js });
    assert.equal(readdirSync(folder), [name]);
  });
test("loadCompiler() does without a folder that it can write to", ({ folder }) => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  assert.equal(load(join(file, "folder")), { wasKept: false, js });
});
test("keep-compiler keeps the code for the first kernel of an installation", () => {
  const program = fileURLToPath(new URL("../../kernel/language/keep-compiler.js", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [program], { encoding: "utf8" });
  assert.equal([status, stderr], [0, ""]);
  const again = `const { loadCompiler } = await import(${JSON.stringify(MODULE)}); console.log(loadCompiler().wasKept);`;
  assert.is(spawnSync(process.execPath, ["--input-type=module", "-e", again], { encoding: "utf8" }).stdout, "true\n");
});
test.run();
