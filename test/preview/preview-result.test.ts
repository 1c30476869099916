import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { previewResult, previewValue } from "../../kernel/preview/preview-result.js";
import type { TreeNode } from "../../src/contracts/run-comm.js";
import { flow, type Store, task } from "../../src/index.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { freshPath } from "../store/scratch.js";

const test = suite<{ store: Store }>("previewResult()");
test.before.each(async (world) => {
  world.store = await openStoreHere(freshPath());
});
test.after.each((world) => world.store.close());

async function previewOf(store: Store, value: () => unknown) {
  await flow("shown", () => task("shown", value)()).run({ store });
  const [run] = await store.flowRuns();
  const { result } = (await store.rememberedRun(run!.id))!.tasks[0]!.memory;
  const folder = await store.blobFolder();
  for (const name of existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }) : []) {
    const path = join(folder, name);
    if (statSync(path).size > 16 * 1024 * 1024 && statSync(path).isFile()) rmSync(path); // what is large is not read
  }
  return await previewResult(store, result!.id, result!.serializer);
}

test("shows the beginning of a stream of text", async ({ store }) => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `é line ${index}\n`);
  const preview = await previewOf(store, () => Readable.from(lines));
  assert.is(preview.kind, "text");
  const { text, truncated } = preview as { text: string; truncated: boolean };
  assert.match(text, /^stream, 1\.\d MiB\n\né line 0\né line 1\n/);
  assert.match(text, /\n…$/);
  assert.ok(truncated && text.length < 5_000);
});
test("shows the beginning of a stream of other bytes in hexadecimal", async ({ store }) => {
  const preview = await previewOf(store, () => Readable.from([Buffer.alloc(100_000, 0xf0)]));
  assert.match((preview as { text: string }).text, /^stream, 97\.7 KiB\n\n(f0 ){255}f0\n…$/);
});
test("shows all of a short stream", async ({ store }) => {
  const preview = await previewOf(store, () => Readable.from(["all"]));
  assert.equal(preview, { kind: "text", text: "stream, 3 B\n\nall", truncated: false });
});
test("shows rows beside a buffer that is too large to be read", async ({ store }) => {
  const preview = await previewOf(store, () => ({ rows: [1, 2], image: Buffer.alloc(17 * 1024 * 1024) }));
  const { children } = (preview as { tree: TreeNode }).tree;
  assert.equal(
    children!.map(({ key }) => key),
    ["rows:", "image:"],
  );
  assert.match(children![1]!.text, /^Buffer, 17\.0 MiB/);
});
test("reads large bytes that are not too large", async ({ store }) => {
  const preview = await previewOf(store, () => new Float64Array(100_000).fill(1.5));
  assert.match((preview as { text: string }).text, /^Float64Array\(100000\) \[\n\s+1\.5, 1\.5/);
});

test("shows a Map, a Set and an instance as a tree", async ({ store }) => {
  const preview = await previewOf(
    store,
    () =>
      new Map<unknown, unknown>([
        ["a", new Set([1, 2])],
        ["when", new Date(0)],
      ]),
  );
  const { tree } = preview as { tree: TreeNode };
  assert.is(tree.text, "Map (2)");
  assert.equal(
    tree.children![0]!.children!.map(({ text }) => text),
    ["1", "2"],
  );
  assert.is(tree.children![1]!.text, "1970-01-01T00:00:00.000Z");
});
test("shows an empty text as such, and what `md` made as Markdown", async ({ store }) => {
  assert.equal(await previewOf(store, () => ""), { kind: "text", text: "", truncated: false });
  assert.equal(previewValue({ mime: "text/markdown", text: "# A", plain: "# A" }), {
    kind: "mime",
    bundle: { "text/markdown": "# A", "text/plain": "# A" },
  });
});
test("shows 100 rows from where they are wanted, and summarizes columns once", async () => {
  const rows = Array.from({ length: 1000 }, (_, index) => ({
    index,
    half: index / 2,
    name: index % 10 === 0 ? null : `n${index}`,
  }));
  const first = previewValue(rows);
  const later = previewValue(rows, 950);
  assert.ok(first.kind === "table" && later.kind === "table");
  assert.equal([later.from, later.rows.length, later.rows[0]![0], later.summaries], [950, 50, "950", undefined]);
  assert.equal(
    first.summaries!.map(({ type, nulls, min, max }) => [type, nulls, min, max]),
    [
      ["integer", 0, "0", "999"],
      ["number", 0, "0", "499.5"],
      ["string", 100, "n1", "n999"],
    ],
  );
  assert.is(
    first.summaries![0]!.bins!.reduce((sum, count) => sum + count, 0),
    1000,
  );
});

test.run();
