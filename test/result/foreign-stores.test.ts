import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../src/contracts/json.js";
import { CompressedSerializer } from "../../src/result/compressed-serializer.js";
import { FileSerializer } from "../../src/result/file-serializer.js";
import { reviveSerializer } from "../../src/result/registry.js";
import { serializerJson } from "../../src/result/result-serializer.js";
import { S3Serializer } from "../../src/result/s3-serializer.js";
import { rejects } from "../store/rejects.js";

const folder = mkdtempSync(join(tmpdir(), "cellar-foreign-"));
const requests: string[] = [];
const server = createServer((request, response) => {
  requests.push(`${request.method} ${request.url}`);
  response.statusCode = 404;
  response.end();
});
await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
process.env.AWS_ACCESS_KEY_ID = "key";
process.env.AWS_SECRET_ACCESS_KEY = "secret";

const allowing = async (places: string, body: () => Promise<void>): Promise<void> => {
  process.env.CELLAR_RESULT_PLACES = places;
  try {
    await body();
  } finally {
    delete process.env.CELLAR_RESULT_PLACES;
  }
};

const test = suite("what a stranger's store names");
test.after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
const value = { type: "value" };
const s3Blob = { bucket: "theirs", key: `ab/${"c".repeat(62)}.json`, sha256: `ab${"c".repeat(62)}`, bytes: 3 };
const STRANGE: {
  readonly [what: string]: { type: string; config: { [key: string]: Json }; place: string; blob: Json };
} = {
  bucket: {
    type: "s3",
    config: { bucket: "theirs", endpoint, inner: value },
    place: `${endpoint}/theirs`,
    blob: s3Blob,
  },
  folder: {
    type: "file",
    config: { folder: "/etc", inner: value },
    place: "/etc",
    blob: { sha256: "a".repeat(64), bytes: 1 },
  },
};
for (const [what, { type, config, place, blob }] of Object.entries(STRANGE))
  for (const wrap of ["as it is", "inside a compressed one"] as const)
    test(`a ${what} is not asked, ${wrap}, until this process names it`, async () => {
      const json = wrap === "as it is" ? { type, ...config } : { type: "file", folder, inner: { type, ...config } };
      let revived = reviveSerializer({ type, ...config });
      let read: Json = blob;
      if (wrap !== "as it is") {
        const outer = new FileSerializer({
          folder,
          inner: { type: "wrapped", serialize: () => blob, deserialize: () => 1 },
        });
        read = await outer.serialize(1);
        revived = reviveSerializer(json as never);
      }
      const refused = new RegExp(`Cannot read result from ${what} "${place}".*CELLAR_RESULT_PLACES="${place}"`);
      await rejects(
        Promise.resolve().then(() => revived.deserialize(read)),
        refused,
      );
      await rejects(
        Promise.resolve().then(() => reviveSerializer({ type, ...config }).serialize(1)),
        refused,
      );
      assert.equal(requests, []);
      await allowing(`/nowhere, ${place}`, async () => {
        const { message } = await rejects(
          Promise.resolve().then(() => revived.deserialize(read)),
          /./,
        );
        assert.not.match(message, "CELLAR_RESULT_PLACES");
      });
      requests.length = 0;
    });

test("a folder or bucket is read once code of this process made a serializer for it", async () => {
  const mine = new FileSerializer({ folder });
  const blob = await mine.serialize({ x: 1 });
  assert.equal(await reviveSerializer(serializerJson(mine)).deserialize(blob), { x: 1 });
  const config = serializerJson(new S3Serializer({ bucket: "mine", endpoint }));
  const own = { ...s3Blob, bucket: "mine" };
  await rejects(
    Promise.resolve().then(() => reviveSerializer(config).deserialize(own)),
    /there is no such|does not answer|404|Unknown/i,
  );
  assert.ok(requests.length > 0);
});
test("a folder inside an allowed one is allowed, a neighbour of the same beginning is not", async () => {
  const blob = { sha256: "a".repeat(64), bytes: 1 };
  const read = (of: string) =>
    Promise.resolve().then(() => reviveSerializer({ type: "file", folder: of, inner: value }).deserialize(blob));
  await allowing("/data/results", async () => {
    await rejects(read("/data/results/2026"), /ENOENT/);
    for (const other of ["/data/results-2", "/data", "/data/results/../other"])
      await rejects(read(other), /CELLAR_RESULT_PLACES/);
  });
});

const inflate = suite("a value that claims to be larger than it is");
const bomb = (size: number): Json => ({ gzip: gzipSync(Buffer.alloc(size, "[")).toString("base64") });
inflate("is refused beyond 100 times its size, with the setting that allows it", async () => {
  const serializer = new CompressedSerializer();
  const { message } = await rejects(
    serializer.deserialize(bomb(50_000_000)),
    /Cannot decompress value: its \d+ bytes become more than \d+/,
  );
  assert.match(message, "CELLAR_INFLATE_BYTES");
});
inflate("is refused beyond the setting, and read up to it", async () => {
  process.env.CELLAR_INFLATE_BYTES = "1000";
  const serializer = new CompressedSerializer();
  await rejects(serializer.deserialize(bomb(1001)), /more than 1000/);
  assert.is(await serializer.deserialize(await serializer.serialize("x".repeat(500))), "x".repeat(500));
  process.env.CELLAR_INFLATE_BYTES = "much";
  await rejects(serializer.deserialize(bomb(10)), /CELLAR_INFLATE_BYTES is "much"/);
  delete process.env.CELLAR_INFLATE_BYTES;
});
for (const size of [10, 70_000, 20_000_000])
  inflate(`is read where it was written here and shrank by any factor (${size})`, async () => {
    const serializer = new CompressedSerializer({ level: 9 });
    const text = "x".repeat(size);
    assert.ok((await serializer.deserialize(await serializer.serialize(text))) === text);
  });
test.run();
inflate.run();
