import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../src/contracts/json.js";
import { CompressedSerializer } from "../../src/result/compressed-serializer.js";
import { FileSerializer } from "../../src/result/file-serializer.js";
import { JSONSerializer } from "../../src/result/json-serializer.js";
import { reviveSerializer, serializerJson } from "../../src/result/registry.js";
import { SerializeError } from "../../src/result/serialize-error.js";

/** uvu calls what it is given: a class would accept every error. */
const is =
  (Class: new (...parts: never[]) => Error) =>
  (error: unknown): boolean =>
    error instanceof Class;

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

const compressed = suite("CompressedSerializer");
compressed("keeps what the inner serializer keeps, in less", async () => {
  const serializer = new CompressedSerializer();
  const rows = Array.from({ length: 500 }, (_, id) => ({ id, when: new Date(id) }));
  const blob = await serializer.serialize(rows);
  assert.ok(JSON.stringify(blob).length < 8000);
  assert.equal(await serializer.deserialize(blob), rows);
});
compressed("comes back from its stored form, with its inner serializer", async () => {
  const serializer = new CompressedSerializer({ inner: new JSONSerializer(), level: 9 });
  const json = serializerJson(serializer);
  assert.equal(json, { type: "compressed", inner: { type: "json" }, level: 9 });
  const revived = reviveSerializer(JSON.parse(JSON.stringify(json)));
  assert.equal(await revived.deserialize(await serializer.serialize({ a: 1 })), { a: 1 });
  assert.instance(await rejection(Promise.resolve(new Date()).then((date) => revived.serialize(date))), SerializeError);
});
compressed("gives equal blobs for equal values", async () => {
  const serializer = new CompressedSerializer();
  assert.equal(await serializer.serialize([1, 2]), await serializer.serialize([1, 2]));
});
const bomb = gzipSync(Buffer.alloc(300 * 1024 * 1024, 32), { level: 9 }).toString("base64");
const DAMAGED: readonly (readonly [what: string, blob: Json])[] = [
  ["null", null],
  ["text", "gzip"],
  ["no gzip", { gzip: "AAAA" }],
  ["gzip of no JSON", { gzip: gzipSync("{").toString("base64") }],
  ["a truncated gzip", { gzip: gzipSync("[1,2,3]").toString("base64").slice(0, 16) }],
  ["300 MiB in a small blob", { gzip: bomb }],
];
for (const [what, blob] of DAMAGED)
  compressed(`deserialize() refuses ${what}`, async () => {
    assert.instance(await rejection(new CompressedSerializer().deserialize(blob)), SyntaxError);
  });
compressed("refuses a level that gzip does not have", () => {
  assert.throws(() => new CompressedSerializer({ level: 12 }), is(TypeError));
});
compressed.run();

const files = suite<{ folder: string }>("FileSerializer");
files.before.each(async (context) => {
  context.folder = await mkdtemp(join(tmpdir(), "file-serializer-"));
});
files.after.each(({ folder }) => rm(folder, { recursive: true }));
files("keeps the value in a file and gives its reference", async ({ folder }) => {
  const serializer = new FileSerializer({ folder });
  const blob = (await serializer.serialize(new Map([["a", 1n]]))) as { sha256: string; bytes: number };
  const text = await readFile(join(folder, blob.sha256.slice(0, 2), `${blob.sha256.slice(2)}.json`), "utf8");
  assert.is(text.length, blob.bytes);
  assert.equal(await serializer.deserialize(blob), new Map([["a", 1n]]));
});
files("keeps equal values once and leaves no drafts", async ({ folder }) => {
  const serializer = new FileSerializer({ folder });
  const blobs = await Promise.all([1, 2, 3].map(() => serializer.serialize({ same: true })));
  assert.equal(blobs[0], blobs[1]);
  const written = (await readdir(folder, { recursive: true })).filter((name) => /\.(json|tmp)$/.test(name));
  assert.is(written.length, 1);
});
files("comes back from its stored form", async ({ folder }) => {
  const serializer = new FileSerializer({ folder, inner: new JSONSerializer() });
  const revived = reviveSerializer(JSON.parse(JSON.stringify(serializerJson(serializer))));
  assert.equal(await revived.deserialize(await serializer.serialize([1])), [1]);
});
files("tells of a file that was changed, cut or removed", async ({ folder }) => {
  const serializer = new FileSerializer({ folder });
  const blob = (await serializer.serialize("value")) as { sha256: string; bytes: number };
  const file = join(folder, blob.sha256.slice(0, 2), `${blob.sha256.slice(2)}.json`);
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace("value", "VALUE"));
  assert.match(String(await rejection(serializer.deserialize(blob))), "the file was changed");
  await writeFile(file, text.slice(1));
  assert.match(String(await rejection(serializer.deserialize(blob))), /bytes are there/);
  await rm(file);
  assert.match(String(await rejection(serializer.deserialize(blob))), /^Error: Cannot read result from .*ENOENT/);
});
for (const blob of [null, "x", { sha256: "../../etc/passwd", bytes: 1 }, { sha256: "a".repeat(64) }] as Json[])
  files(`deserialize() refuses the reference ${JSON.stringify(blob)}`, async ({ folder }) => {
    assert.instance(await rejection(new FileSerializer({ folder }).deserialize(blob)), SyntaxError);
  });
files("says which file it could not write", async ({ folder }) => {
  await writeFile(join(folder, "taken"), "");
  const error = await rejection(new FileSerializer({ folder: join(folder, "taken") }).serialize(1));
  assert.match(String(error), /^Error: Cannot write result to .*taken/);
});
files.run();
