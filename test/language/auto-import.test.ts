import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Notebook, withNotebook } from "./notebook.js";

const FILES: { readonly [path: string]: string } = {
  "package.json":
    '{ "dependencies": { "dayjs": "1", "many-parts": "1" }, "devDependencies": { "@scope/dev-tool": "1" } }',
  "node_modules/dayjs/package.json": '{ "name": "dayjs", "main": "index.js", "types": "index.d.ts" }',
  "node_modules/dayjs/index.js": "module.exports = () => 1;",
  "node_modules/dayjs/index.d.ts":
    "declare function dayjs(): number;\ndeclare namespace dayjs { function unixTime(): number }\nexport = dayjs;",
  "node_modules/many-parts/package.json": '{ "name": "many-parts", "type": "module", "exports": "./index.js" }',
  "node_modules/many-parts/index.js": "export const partOne = 1; export class PartTwo {}",
  "node_modules/many-parts/index.d.ts": 'export * from "./one.js";\nexport { Two as PartTwo } from "./two.js";',
  "node_modules/many-parts/one.d.ts": "export declare const partOne: number;",
  "node_modules/many-parts/two.d.ts": "export declare class Two {}",
  "node_modules/@scope/dev-tool/package.json": '{ "name": "@scope/dev-tool", "type": "module", "main": "index.js" }',
  "node_modules/@scope/dev-tool/index.js": "export default 1;",
  "node_modules/@scope/dev-tool/index.d.ts": "declare const tool: number;\nexport default tool;",
  "node_modules/not-listed/package.json": '{ "name": "not-listed", "main": "index.js" }',
  "node_modules/not-listed/index.d.ts": "export declare const notListed: 1;",
  "shapes.ts": "export const areaOfSquare = (n: number): number => n * n;\nexport interface ShapeKind { n: number }",
  "read-rows.mjs": "export default function () {}",
};
const CASES: readonly (readonly [marked: string, name: string, line: string, type?: string])[] = [
  ["readFileSyn|", "readFileSync", 'import { readFileSync } from "node:fs";', "function"],
  ["createHash|", "createHash", 'import { createHash } from "node:crypto";', "function"],
  ["EventEmit|", "EventEmitter", 'import { EventEmitter } from "node:events";'],
  ["basena|", "basename", 'import { basename } from "node:path";', "function"],
  ["dayj|", "dayjs", 'import dayjs from "dayjs";', "function"],
  ["unixT|", "unixTime", 'import { unixTime } from "dayjs";'],
  ["partO|", "partOne", 'import { partOne } from "many-parts";', "instance"],
  ["new PartT|", "PartTwo", 'import { PartTwo } from "many-parts";', "class"],
  ["devT|", "devTool", 'import devTool from "@scope/dev-tool";'],
  ["areaOf|", "areaOfSquare", 'import { areaOfSquare } from "./shapes.ts";'],
  ["let k: ShapeK|", "ShapeKind", 'import { ShapeKind } from "./shapes.ts";', "interface"],
  ["readRo|", "readRows", 'import readRows from "./read-rows.mjs";'],
  ["tas|", "task", 'import { task } from "cellar";', "function"],
];

const test = suite("complete() imports");
for (const [marked, name, line, type] of CASES)
  test(`${name}`, () =>
    withNotebook(async (notebook) => {
      const { matches, code, start, end } = await completed(notebook, marked);
      const match = matches.find(({ text }) => text === name);
      assert.ok(
        match,
        matches
          .slice(0, 10)
          .map(({ text }) => text)
          .join(),
      );
      if (type) assert.is(match.type, type);
      const [edit] = match.additionalTextEdits ?? [];
      assert.equal(edit, {
        range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
        newText: `${line}\n`,
      });
      const edited = edit!.newText + code.slice(0, start) + name + code.slice(end);
      assert.is(await notebook.problem(edited), null);
      // What clients get that know no edits.
      const carrying = matches.filter(
        ({ text }) => text !== name && text.includes(JSON.stringify(/"(.+)"/.exec(line)![1])),
      );
      assert.ok(carrying.length > 0);
      if (start > 0) return;
      const text = carrying.map((each) => each.text).find((each) => each.startsWith(line));
      assert.is(text, `${line}\n${name}`);
    }, FILES));
test("behind comments and what the cell asks npm for", () =>
  withNotebook(async (notebook) => {
    const { matches } = await completed(notebook, "//! typecheck warn\n%npm install x\nconst there = existsSyn|");
    const match = matches.find(({ text }) => text === "existsSync");
    assert.is(match?.additionalTextEdits?.[0]?.range.start.line, 2);
    assert.ok(matches.some(({ text }) => text === '(await import("node:fs")).existsSync'));
  }, FILES));
test("nothing that is not listed, declared, or a member", () =>
  withNotebook(async (notebook) => {
    const names = async (marked: string) => (await completed(notebook, marked)).matches.map(({ text }) => text);
    assert.not.ok((await names("notList|")).includes("notListed"));
    assert.not.ok((await names("[].readFileSy|")).includes("readFileSync"));
    assert.is(
      (await names("const readFileSync = 1;\nreadFileSyn|")).filter((name) => name === "readFileSync").length,
      1,
    );
  }, FILES));
test("what a file exports now", () =>
  withNotebook(async (notebook) => {
    assert.not.ok((await completed(notebook, "volumeOf|")).matches.some(({ text }) => text === "volumeOfCube"));
    writeFileSync(join(notebook.folder, "shapes.ts"), "export function volumeOfCube(): number { return 1; }\n");
    assert.ok((await completed(notebook, "volumeOf|")).matches.some(({ text }) => text === "volumeOfCube"));
  }, FILES));
test.run();

async function completed(notebook: Notebook, marked: string) {
  const cursor = marked.indexOf("|");
  const code = marked.replace("|", "");
  return { code, ...(await notebook.answers.complete({ code, cursor })) };
}
