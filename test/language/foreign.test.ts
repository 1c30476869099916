import { suite } from "uvu";
import * as assert from "uvu/assert";
import { foreignImport } from "../../kernel/language/foreign-imports.js";
import { foreignName } from "../../kernel/language/foreign-names.js";
import { npmSpecifier, plainSpecifier } from "../../src/modules/npm-specifier.js";

const imports = suite("foreignImport()");
const IMPORTS: readonly (readonly [specifier: string, told: RegExp | undefined])[] = [
  ["tslab", /display\(value\)/],
  ["jsr:@std/assert@^1", /%npm exec --yes jsr add @std\/assert, and import from "@std\/assert"/],
  ["https://esm.sh/lodash@4.17.21", /%npm install lodash@4.17.21, and import from "lodash"/],
  ["https://esm.sh/v135/@scope/name@1/dist/x.js", /%npm install @scope\/name@1, and import from "@scope\/name"/],
  ["https://cdn.jsdelivr.net/npm/d3@7/+esm", /%npm install d3@7, and import from "d3"/],
  ["https://unpkg.com/three", /%npm install three, and import from "three"/],
  ["https://example.org/x.ts", /save the file beside the notebook/],
  ["lodash", undefined],
  ["npm:lodash", undefined],
  ["node:fs", undefined],
];
for (const [specifier, told] of IMPORTS)
  imports(`tells what to write for "${specifier}"`, () => {
    const said = foreignImport(specifier);
    if (told) assert.match(said ?? "", told);
    else assert.is(said, undefined);
  });
imports.run();

const names = suite("foreignName()");
const NAMES: readonly (readonly [name: string, after: string, told: RegExp | undefined])[] = [
  ["Deno", ".readTextFile('x')", /Instead of Deno\.readTextFile: readFile\(path, "utf8"\) from "node:fs\/promises"/],
  ["Deno", ".env.get('x')", /process\.env/],
  ["Deno", ".toString()", /runs Node, not Deno/],
  ["Bun", ".file('x')", /runs Node, not Bun/],
  ["HTMLElement", "", /\/\/\/ <reference lib="dom" \/>/],
  ["document", ".title", /\/\/\/ <reference lib="dom" \/>/],
  ["requestAnimationFrame", "()", /\/\/\/ <reference lib="dom" \/>/],
  ["rows", "", undefined],
];
for (const [name, after, told] of NAMES)
  names(`tells what to write for ${name}${after}`, () => {
    const said = foreignName(name, after);
    if (told) assert.match(said ?? "", told);
    else assert.is(said, undefined);
  });
names.run();

const specifiers = suite("npmSpecifier()");
const SPECIFIERS: readonly (readonly [specifier: string, name: string, range: string | undefined, plain: string])[] = [
  ["npm:moment@2.29.4", "moment", "2.29.4", "moment"],
  ["npm:moment", "moment", undefined, "moment"],
  ["npm:@scope/name@^1.0/sub/path.js", "@scope/name", "^1.0", "@scope/name/sub/path.js"],
  ["npm:/lodash@4/groupBy.js", "lodash", "4", "lodash/groupBy.js"],
  ["npm:lodash/", "lodash", undefined, "lodash"],
];
for (const [specifier, name, range, plain] of SPECIFIERS)
  specifiers(`reads "${specifier}"`, () => assert.equal(npmSpecifier(specifier), { name, range, plain }));
specifiers("reads nothing else", () => {
  for (const other of ["lodash", "node:fs", "./npm:x", "npm:"]) assert.is(npmSpecifier(other), undefined);
  assert.is(plainSpecifier("@scope/x"), "@scope/x");
});
specifiers.run();
