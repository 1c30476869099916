import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import { KernelStore } from "../../kernel/wire/kernel-store.js";
import { ResultPreviews } from "../../kernel/wire/result-previews.js";
import { CompressedSerializer, flow, JSONSerializer, type ResultSerializer, task } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "cellar-previews-"));
const store = new KernelStore(join(folder, "store.db"));
const asked: unknown[] = [];
const previews = new ResultPreviews(
  (port) => store.serve(port),
  async (name, ask) => {
    asked.push([name, ask]);
    return { kind: "text", text: "read in the session", truncated: false } as never;
  },
);
test.before.each(() => void asked.splice(0));
test.after(async () => {
  await previews.stop();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function stored(value: unknown, serializer?: ResultSerializer) {
  const opened = await store.open();
  await flow("shown", () => task("make", () => value, serializer ? { serializer } : {})()).run({ store: opened });
  const [run] = await opened.flowRuns();
  const { result } = (await opened.rememberedRun(run!.id))!.tasks[0]!.memory;
  return { resultId: result!.id, serializer: result!.serializer as JsonObject };
}

test("reads what needs only the stored text without the session", async () => {
  const table = await previews.read(await stored([{ a: 1, when: new Date(0) }]));
  assert.ok(table.kind === "table");
  assert.equal([table.columns, table.rows, table.totalRows], [["a", "when"], [["1", "1970-01-01T00:00:00.000Z"]], 1]);
  assert.equal(await previews.read(await stored({ a: [1] }, new JSONSerializer())), {
    kind: "json",
    value: { a: [1] },
  });
  assert.equal(await previews.read(await stored("zipped", new CompressedSerializer())), {
    kind: "text",
    text: "zipped",
    truncated: false,
  });
  assert.equal(asked, []);
});

test("shows pictures, charts and errors as what they are", async () => {
  const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
  assert.equal(await previews.read(await stored(png)), {
    kind: "mime",
    bundle: { "image/png": png.toString("base64"), "text/plain": "PNG image, 16 B" },
  });
  const chart = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" };
  const drawn = await previews.read(await stored(chart));
  assert.equal(drawn.kind === "mime" && drawn.bundle["application/vnd.vegalite.v5+json"], chart);
  const failed = await previews.read(await stored(new RangeError("too far", { cause: new Error("no map") })));
  assert.ok(failed.kind === "error" && failed.error.name === "RangeError" && failed.error.cause?.message === "no map");
});

test("leaves to the session what needs a person's code or folder", async () => {
  const ask = { resultId: "0", serializer: { type: "compressed", inner: { type: "mine" }, level: 6 } };
  assert.is((await previews.read(ask)).kind, "text");
  assert.equal(asked, [["readResult", ask]]);
});

test("tells why a result cannot be read, and reads the next", async () => {
  const failed = await previews.read({ resultId: "nowhere", serializer: { type: "value" } }).catch((error) => error);
  assert.match(String(failed), /nowhere/);
  assert.is((await previews.read(await stored(5))).kind, "text");
});

test("starts its thread again after it has ended", async () => {
  await previews.stop();
  assert.is((await previews.read(await stored("again"))).kind, "text");
});

for (const [what, limits, why] of [
  ["memory", { memoryMb: 64, timeMs: 60_000 }, /reading it takes more than 64 MB of memory; read a part/],
  ["time", { memoryMb: 4096, timeMs: 1 }, /reading it takes longer than 0.001 s; read a part/],
] as const)
  test(`refuses a result that takes more ${what} than it may, and reads the next one`, async () => {
    const large = await stored(
      Array.from({ length: 800_000 }, (_, row) => ({ row, text: `text ${row}` })),
      new JSONSerializer(),
    );
    const bounded = new ResultPreviews(
      (port) => store.serve(port),
      async () => assert.unreachable("it is not read in the session") as never,
      limits,
    );
    const error = await bounded.read(large).catch((thrown: unknown) => thrown as Error);
    assert.match((error as Error).message, why);
    if (what === "memory")
      assert.equal(await bounded.read(await stored("small")), { kind: "text", text: "small", truncated: false });
    await bounded.stop();
  });

test.run();
