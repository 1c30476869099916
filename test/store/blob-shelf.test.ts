import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { isDeepStrictEqual } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { hashValue } from "../../src/result/content-hash.js";
import type { BytesReference, StoredBytes } from "../../src/result/stored-bytes.js";
import { ValueSerializer } from "../../src/result/value-serializer.js";
import { BlobShelf } from "../../src/store/blob-shelf.js";
import { resultIdOf } from "../../src/store/blobs.js";
import { STAGE_BYTES } from "../../src/store/staged-file.js";
import { CorruptResultError } from "../../src/store/store.js";
import { randomFrom, randomValue } from "../result/random-value.js";
import { rejects } from "./rejects.js";
import { freshPath } from "./scratch.js";

/** A shelf in a folder of its own. */
function freshShelf() {
  const folder = freshPath();
  const shelf = new BlobShelf({ folder: async () => folder, madeBy: async () => "load" });
  const files = (): string[] =>
    !existsSync(folder)
      ? []
      : readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
          statSync(join(folder, name)).isFile(),
        );
  const pathOf = ({ sha256 }: BytesReference) => join(folder, sha256.slice(0, 2), sha256.slice(2));
  return { folder, shelf, files, pathOf };
}

async function collect(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Bytes that differ everywhere. */
function bytesOf(size: number, seed = 1): Buffer {
  const random = randomFrom(seed);
  const words = new Uint32Array(Math.ceil(size / 4));
  for (let at = 0; at < words.length; at += 1) words[at] = random() * 2 ** 32;
  return Buffer.from(words.buffer, 0, size);
}

const keeping = suite("BlobShelf.keepStream()");
for (const size of [0, 1, 65_536, STAGE_BYTES - 1, STAGE_BYTES, 3 * STAGE_BYTES + 12_345]) {
  for (const piece of [1_000, 65_536, 2_000_000]) {
    if (size / piece > 4_000) continue;
    keeping(`keeps ${size} bytes that come by ${piece}, to be read as often as wanted`, async () => {
      const { shelf, files, pathOf } = freshShelf();
      const content = bytesOf(size);
      const stored = await shelf.keepStream(
        (async function* () {
          for (let at = 0; at < size; at += piece) yield content.subarray(at, at + piece);
        })(),
      );
      assert.equal([stored.size, stored.sha256], [size, resultIdOf(content)]);
      assert.ok(readFileSync(pathOf(stored.reference)).equals(content));
      assert.is(files().length, 1);
      assert.ok((await collect(stored)).equals(content));
      assert.ok((await collect(stored.stream())).equals(content));
      assert.ok((await stored.bytes()).equals(content));
    });
  }
}
keeping("takes what Node, the web and plain code have as streams, text as UTF-8", async () => {
  const { shelf } = freshShelf();
  const streams: AsyncIterable<unknown>[] = [
    Readable.from([Buffer.from("hé"), Buffer.from("llo")]),
    Readable.from(["hé", "llo"]),
    new Response("héllo").body!,
    new Blob(["héllo"]).stream(),
    { [Symbol.asyncIterator]: () => Readable.from(["héllo"])[Symbol.asyncIterator]() },
    (async function* () {
      yield new Uint16Array([0xc368]); // "h" and the first half of "é"
      yield new Uint8Array([0xa9]).buffer;
      yield new DataView(new TextEncoder().encode("xllo").buffer, 1);
    })(),
  ];
  for (const stream of streams) assert.is(await (await shelf.keepStream(stream)).text(), "héllo");
});
keeping("may be given one buffer again and again", async () => {
  const { shelf } = freshShelf();
  const stored = await shelf.keepStream(
    (async function* () {
      const buffer = Buffer.alloc(700_000);
      for (let round = 0; round < 20; round += 1) yield buffer.fill(round);
    })(),
  );
  const content = await stored.bytes();
  for (let round = 0; round < 20; round += 1) assert.is(content[round * 700_000 + 350_000], round);
});
keeping("holds little, however long the stream", async () => {
  const { folder, shelf, files } = freshShelf();
  const piece = Buffer.alloc(100_000);
  let most = 0;
  await shelf.keepStream(
    (async function* () {
      for (let given = 0; given < 60_000_000; given += piece.length) {
        const [temporary] = files();
        const onDisk = temporary === undefined ? 0 : statSync(join(folder, temporary)).size;
        most = Math.max(most, given - onDisk);
        yield piece;
      }
    })(),
  );
  assert.ok(most > 0 && most <= 2 * STAGE_BYTES, `${most} bytes were taken and not yet written`);
});
keeping("tells the stream's own error, and leaves nothing", async () => {
  const { shelf, files } = freshShelf();
  const broken = async function* () {
    yield Buffer.alloc(5_000_000);
    throw new RangeError("the line went dead");
  };
  const error = await rejects(shelf.keepStream(broken()), /^the line went dead$/);
  assert.instance(error, RangeError);
  assert.equal(files(), []);
});
keeping("refuses what is no bytes, names the piece, and closes the stream", async () => {
  const { shelf, files } = freshShelf();
  let closed = false;
  const rows = async function* () {
    try {
      yield "a";
      yield { a: 1 };
    } finally {
      closed = true;
    }
  };
  await rejects(shelf.keepStream(rows()), /piece 2 is neither bytes nor text but object; .*collect/);
  assert.ok(closed);
  assert.equal(files(), []);
});
keeping("ends with its signal, also while it waits for the stream, and leaves nothing", async () => {
  const { shelf, files } = freshShelf();
  const controller = new AbortController();
  const waiting = async function* () {
    yield Buffer.alloc(2_000_000);
    setImmediate(() => controller.abort(new Error("stop")));
    await new Promise(() => {});
  };
  await rejects(shelf.keepStream(waiting(), controller.signal), /^stop$/);
  assert.equal(files(), []);
});
keeping.run();

const bytes = suite("BlobShelf.keep()");
bytes("writes the same bytes once, whoever has them", async () => {
  const { shelf, files, pathOf } = freshShelf();
  const content = bytesOf(3_000_000);
  const reference = await shelf.keep(content);
  const before = statSync(pathOf(reference));
  assert.equal(await shelf.keep(Buffer.from(content)), reference);
  assert.equal(await shelf.keep(await shelf.open(reference)), reference);
  assert.is(statSync(pathOf(reference)).ino, before.ino);
  assert.equal(await (await shelf.keepStream(Readable.from([content]))).reference, reference);
  assert.equal(files(), [join(reference.sha256.slice(0, 2), reference.sha256.slice(2))]);
});
bytes("replaces a file that was damaged since", async () => {
  const { shelf, pathOf } = freshShelf();
  const content = bytesOf(300_000);
  const reference = await shelf.keep(content);
  writeFileSync(pathOf(reference), Buffer.alloc(300_000));
  await shelf.keep(content);
  assert.ok(Buffer.from(await shelf.read(reference)).equals(content));
});
bytes("names what it wrote, though the value is changed meanwhile", async () => {
  const { shelf, pathOf } = freshShelf();
  const content = Buffer.alloc(40_000_000, 1);
  const keptBytes = shelf.keep(content);
  let round = 1;
  const change = setInterval(() => {
    round += 1;
    content.fill(round);
  }, 1);
  const reference = await keptBytes.finally(() => clearInterval(change));
  assert.is(resultIdOf(readFileSync(pathOf(reference))), reference.sha256);
});
bytes("copies what lies in another folder", async () => {
  const [here, there] = [freshShelf(), freshShelf()];
  const stored = await there.shelf.keepStream(Readable.from([bytesOf(100_000)]));
  const reference = await here.shelf.keep(stored);
  rmSync(there.folder, { recursive: true });
  assert.ok(Buffer.from(await here.shelf.read(reference)).equals(bytesOf(100_000)));
});
bytes.run();

const DAMAGES: { readonly [what: string]: (path: string) => void } = {
  "a flipped bit": (path) => {
    const content = readFileSync(path);
    content[1_500_000]! ^= 4;
    writeFileSync(path, content);
  },
  "a cut end": (path) => truncateSync(path, 1_999_999),
  "a longer end": (path) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(1)])),
  "a missing file": (path) => rmSync(path),
};
const damage = suite("damaged bytes");
for (const [what, harm] of Object.entries(DAMAGES))
  damage(`${what} is told by each way of reading, before its end, and names the task`, async () => {
    const { shelf, pathOf } = freshShelf();
    const stored = await shelf.keepStream(Readable.from([bytesOf(2_000_000)]));
    harm(pathOf(stored.reference));
    const ways = [
      () => collect(stored),
      () => collect(stored.stream()),
      () => stored.bytes(),
      () => stored.text(),
      () => shelf.open(stored.reference),
      () => shelf.read(stored.reference),
    ];
    for (const read of ways) assert.instance(await rejects(read(), /of task "load".*damaged/), CorruptResultError);
    let length = 0;
    await (async () => {
      for await (const piece of stored) length += piece.length;
    })().catch(() => {});
    assert.ok(length < 2_000_000, "the last piece is held back");
  });
damage("a reader that stops early closes the file", async () => {
  const { shelf } = freshShelf();
  const stored = await shelf.keepStream(Readable.from([bytesOf(2_000_000)]));
  const open = () => readdirSync("/proc/self/fd").length;
  if (!existsSync("/proc/self/fd")) return;
  const before = open();
  for (let round = 0; round < 20; round += 1) for await (const _ of stored) break;
  for (let round = 0; round < 20; round += 1) {
    const stream = stored.stream();
    await new Promise((resolve) => stream.once("data", resolve));
    await new Promise((resolve) => stream.once("close", resolve).destroy());
  }
  assert.ok(open() <= before + 1, `${open()} files are open, ${before} were`);
});
damage.run();

const values = suite("values with large bytes");
const serializer = new ValueSerializer();

async function throughStore(value: unknown, shelf: BlobShelf): Promise<unknown> {
  const text = JSON.stringify(await serializer.serialize(value, shelf));
  return await serializer.deserialize(JSON.parse(text), shelf);
}

const LARGE: readonly ((random: () => number) => unknown)[] = [
  (random) => bytesOf(70_000 + Math.floor(random() * 300_000), random()),
  (random) => new Float64Array(bytesOf(80_000, random()).buffer),
  (random) => new Uint8Array(bytesOf(90_000, random())).buffer,
  (random) => new DataView(bytesOf(100_000, random()).buffer, 8, 90_000),
  (random) => {
    const { buffer } = bytesOf(200_000, random());
    return [new Uint8Array(buffer, 3, 120_000), new Uint32Array(buffer, 40_000, 30_000)];
  },
  (random) => {
    const { buffer } = bytesOf(200_000, random());
    return { buffer, view: new Uint16Array(buffer, 2, 80_000) };
  },
];

for (let seed = 1; seed <= 60; seed += 1)
  values(`come back as they were, random value ${seed}`, async () => {
    const { shelf, files } = freshShelf();
    const random = randomFrom(seed);
    const large = LARGE[seed % LARGE.length]!;
    const value = {
      small: randomValue(random),
      list: [large(random), large(random)],
      more: new Map([["x", large(random)]]),
    };
    const again = await throughStore(value, shelf);
    assert.ok(isDeepStrictEqual(again, value) || hashValue(again) === hashValue(value));
    assert.is(hashValue(again), hashValue(value));
    assert.ok(files().length > 0, "the bytes lie outside");
    const texts = await Promise.all([serializer.serialize(value, shelf), serializer.serialize(again, shelf)]);
    assert.is(JSON.stringify(texts[0]), JSON.stringify(texts[1]), "equal values have equal stored forms");
  });
values("share what they shared", async () => {
  const { shelf } = freshShelf();
  const { buffer } = bytesOf(200_000);
  const again = (await throughStore([new Uint8Array(buffer, 0, 150_000), new Uint8Array(buffer, 100_000)], shelf)) as [
    Uint8Array,
    Uint8Array,
  ];
  again[0][100_000] = 77;
  assert.is(again[1][0], 77);
});
values("hold streams too, which compare by content", async () => {
  const { shelf, files } = freshShelf();
  const stored = await shelf.keepStream(Readable.from(["héllo"]));
  const again = (await throughStore({ rows: [1], stored }, shelf)) as { stored: StoredBytes };
  assert.is(await again.stored.text(), "héllo");
  assert.equal(again, { rows: [1], stored });
  assert.is(hashValue(again), hashValue({ rows: [1], stored }));
  assert.is.not(hashValue(again), hashValue({ rows: [1], stored: await shelf.keepStream(Readable.from(["hello"])) }));
  assert.is(files().length, 2);
});
values("up to 64 KiB stand in the text, whose form is the old one", async () => {
  const { shelf, files } = freshShelf();
  const value = { small: bytesOf(65_536) };
  assert.equal(await serializer.serialize(value, shelf), serializer.serialize(value));
  assert.equal(files(), []);
});
values("are refused without their bytes, and where a reference is forged", async () => {
  const { shelf, files } = freshShelf();
  const blob = (reference: unknown, kind = "Buffer") =>
    JSON.parse(JSON.stringify({ v: 2, root: [0], nodes: [[kind, reference]] }));
  const [known, odd] = [await shelf.keep(bytesOf(100_000)), await shelf.keep(bytesOf(100_001))];
  assert.throws(() => serializer.deserialize(blob(known)), /bytes lie in a store, which is not at hand/);
  for (const forged of [
    {},
    { sha256: "../../etc/passwd", bytes: 1 },
    { ...known, bytes: -1 },
    { ...known, bytes: "9" },
  ])
    await rejects(Promise.resolve(serializer.deserialize(blob(forged), shelf)), /malformed/);
  await rejects(Promise.resolve(serializer.deserialize(blob({ ...known, bytes: 2 ** 50 }), shelf)), /damaged/);
  await rejects(Promise.resolve(serializer.deserialize(blob("AAAA", "StoredBytes"), shelf)), /Cannot deserialize/);
  await rejects(Promise.resolve(serializer.deserialize(blob(odd, "Float64Array"), shelf)), /100001 bytes are no Float/);
  assert.is(files().length, 2);
});
values.run();
