import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compileFile } from "../../src/modules/compile-file.js";
import { aliasTargets } from "../../src/modules/path-aliases.js";

const test = suite<{ folder: string }>("compileFile()");
test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), "cellar-compile-"));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

/** What stops `tsc`, and stops no local module. */
const UNUSABLE: readonly (readonly [what: string, tsconfig: string])[] = [
  ["an option that was removed", '{ "compilerOptions": { "suppressImplicitAnyIndexErrors": true, "out": "x.js" } }'],
  ["an option that nobody knows", '{ "compilerOptions": { "strictestEver": true } }'],
  ["an option of a wrong kind", '{ "compilerOptions": { "strict": "yes", "lib": "dom", "target": 5 } }'],
  ["options that contradict each other", '{ "compilerOptions": { "composite": true, "incremental": false } }'],
  ["a base that is missing", '{ "extends": "@tsconfig/absent/tsconfig.json" }'],
  ["one of several bases missing", '{ "extends": ["./absent.json", "@tsconfig/absent"] }'],
  [
    "an old module system",
    '{ "compilerOptions": { "module": "amd", "target": "es3", "moduleResolution": "classic" } }',
  ],
  ["text that is no JSON", '{ "compilerOptions": '],
  ["nothing", ""],
];
for (const [what, tsconfig] of UNUSABLE)
  test(`compiles whatever tsconfig.json says: ${what}`, async ({ folder }) => {
    writeFileSync(join(folder, "tsconfig.json"), tsconfig);
    assert.is(await exportedValue(folder, "enum E { A = 3 }\nexport const value: number = E.A;"), 3);
  });

const VARIABLES: { readonly [name: string]: string } = {
  TS_NODE_PROJECT: "./absent.json",
  TS_NODE_COMPILER_OPTIONS: '{ "target": "es5", "module": "system" }',
  TS_NODE_COMPILER: "no-such-compiler",
  TS_NODE_TYPE_CHECK: "true",
  TS_NODE_TRANSPILER: "no-such-transpiler",
};
for (const [name, value] of Object.entries(VARIABLES))
  test(`compiles whatever ${name} says`, async ({ folder }) => {
    process.env[name] = value;
    try {
      assert.is(await exportedValue(folder, "const n: number = '1';\nexport const value = n;"), "1");
      assert.is(process.env[name], value);
    } finally {
      delete process.env[name];
    }
  });

/** Assigned fields run the setter of the base; defined ones do not. */
const FIELDS =
  "class Base { set field(_: number) { seen.push('set'); } }\nconst seen: string[] = [];\nclass Own extends Base { field = 1; }\nnew Own();\nexport const value = seen.length;";
const FIELD_OPTIONS: readonly (readonly [options: object, setterCalls: number])[] = [
  [{}, 0],
  [{ target: "es2021" }, 1],
  [{ target: "es2022" }, 0],
  [{ target: "es5", useDefineForClassFields: true }, 0],
  [{ target: "esnext", useDefineForClassFields: false }, 1],
];
for (const [compilerOptions, setterCalls] of FIELD_OPTIONS)
  test(`defines or assigns class fields as tsc does under ${JSON.stringify(compilerOptions)}`, async ({ folder }) => {
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    assert.is(await exportedValue(folder, FIELDS), setterCalls);
  });

test("aliasTargets() reads the aliases of a file whose base is missing", ({ folder }) => {
  const text = `{ // a comment
    "extends": "./absent.json", /* another, "quoted" */
    "compilerOptions": { "paths": { "@/*": ["./lib/*"], }, },
  }`;
  writeFileSync(join(folder, "tsconfig.json"), text);
  assert.equal(aliasTargets("@/x", folder), [join(folder, "lib/x")]);
});

/** Compiles and imports a module; gives its `value`. */
async function exportedValue(folder: string, text: string): Promise<unknown> {
  const inside = join(folder, "compiled");
  mkdirSync(inside, { recursive: true });
  const js = join(inside, "m.mjs");
  writeFileSync(js, compileFile(join(folder, "m.ts"), text, "ESNext"));
  return ((await import(pathToFileURL(js).href)) as { value: unknown }).value;
}

test.run();
