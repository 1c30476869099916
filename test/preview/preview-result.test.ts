import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { previewResult } from "../../kernel/preview/preview-result.js";
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
  for (const name of readdirSync(await store.blobFolder(), { recursive: true, encoding: "utf8" })) {
    const path = join(await store.blobFolder(), name);
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
  assert.match((preview as { text: string }).text, /rows: \[ 1, 2 \], image: Buffer, 17\.0 MiB \(sha256/);
});
test("reads large bytes that are not too large", async ({ store }) => {
  const preview = await previewOf(store, () => new Float64Array(100_000).fill(1.5));
  assert.match((preview as { text: string }).text, /^Float64Array\(100000\) \[\n\s+1\.5, 1\.5/);
});

test.run();
