import { Readable } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Downloads } from "../../kernel/preview/downloads.js";
import type { DownloadFormat } from "../../src/contracts/run-comm.js";
import { flow, type Store, task } from "../../src/index.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { freshPath } from "../store/scratch.js";

const test = suite<{ store: Store }>("Downloads");
test.before.each(async (world) => {
  world.store = await openStoreHere(freshPath());
});
test.after.each((world) => world.store.close());

async function downloaded(store: Store, value: () => unknown, format: DownloadFormat) {
  await flow("kept", () => task("kept", value)()).run({ store });
  const [run] = await store.flowRuns();
  const { result } = (await store.rememberedRun(run!.id))!.tasks[0]!.memory;
  const downloads = new Downloads(store);
  const { download, name, type } = await downloads.start(result!.id, result!.serializer, format);
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = await downloads.next(download);
    if (piece === null) break;
    pieces.push(piece);
  }
  return { ending: name.split(".").slice(1).join("."), type, pieces, text: Buffer.concat(pieces).toString() };
}

const KINDS: readonly [what: string, value: () => unknown, DownloadFormat, ending: string, text: string][] = [
  [
    "a table as CSV",
    () => [
      { a: 1, "b,c": 'say "x"' },
      { a: -2, "b,c": "=1+1" },
    ],
    "csv",
    "csv",
    `a,"b,c"\r\n1,"say ""x"""\r\n-2,'=1+1\r\n`,
  ],
  ["a later column", () => [{ a: 1 }, { b: 2 }], "csv", "csv", "a,b\r\n1,\r\n,2\r\n"],
  ["a table as JSON", () => [{ a: 1 }, { a: null }], "json", "json", '[\n{"a":1},\n{"a":null}\n]\n'],
  ["a Map as JSON", () => new Map([["k", new Set([1n])]]), "json", "json", '{\n  "k": [\n    "1"\n  ]\n}\n'],
  ["a text as it is", () => "one\ntwo", "raw", "txt", "one\ntwo"],
  ["an empty text as it is", () => "", "raw", "txt", ""],
  ["an error as JSON", () => ({ failed: new RangeError("too far") }), "json", "json", "too far"],
  ["a stream as it is", () => Readable.from(["all ", "of it"]), "raw", "bin", "all of it"],
];
for (const [what, value, format, ending, text] of KINDS)
  test(`next() gives ${what}`, async ({ store }) => {
    const file = await downloaded(store, value, format);
    assert.is(file.ending, ending);
    if (what.startsWith("an error")) assert.match(file.text, text);
    else assert.is(file.text, text);
  });

test("next() gives 200 000 rows in pieces", async ({ store }) => {
  const rows = () => Array.from({ length: 200_000 }, (_, index) => ({ index, half: index / 2, name: `row ${index}` }));
  const { pieces, text } = await downloaded(store, rows, "csv");
  assert.ok(pieces.length > 3 && pieces.every((piece) => piece.length <= 1024 * 1024));
  const lines = text.split("\r\n");
  assert.is(lines.length, 200_002);
  assert.is(lines[200_000], "199999,99999.5,row 199999");
});

test("start() names a picture by its kind", async ({ store }) => {
  const dot = () => Buffer.from("\x89PNG\r\n\x1a\n rest", "latin1");
  const { ending, type } = await downloaded(store, dot, "raw");
  assert.equal([ending, type], ["png", "image/png"]);
});

test("start() says in words what is no table", async ({ store }) => {
  const message = await downloaded(store, () => 5, "csv").then(
    () => "no error",
    (error: Error) => error.message,
  );
  assert.match(message, /it is no table; download it as JSON/);
});

test.run();
