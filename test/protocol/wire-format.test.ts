import { test } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import { newMessage } from "../../kernel/protocol/outgoing.js";
import { ReplayMemory } from "../../kernel/protocol/replay-memory.js";
import { decode, encode } from "../../kernel/protocol/wire-format.js";

const KEY = "a key";
const message = newMessage(
  {
    type: "comm_msg",
    content: { data: { text: "für 🎉" } },
    parent: null,
    identities: [Buffer.from([0, 1, 2])],
    metadata: { cellId: "c1" },
    buffers: [new Uint8Array([1, 2, 255])],
  },
  "session-1",
);
const read = (frames: Buffer[], key = KEY) => decode(frames, key, new ReplayMemory());
const changed = (at: number, frame: Buffer | string) => encode(message, KEY).with(at, Buffer.from(frame));

test("decode() gives what encode() was given", () => {
  const again = read(encode(message, KEY));
  assert.equal(again.header, message.header);
  assert.equal(again.parent, {});
  assert.equal(again.metadata, message.metadata);
  assert.equal(again.content, message.content);
  assert.equal([...again.identities[0]!], [0, 1, 2]);
  assert.equal([...again.buffers[0]!], [1, 2, 255]);
});

test("encode() signs as the messaging document says", () => {
  const frames = encode({ ...message, header: {} as never, metadata: {}, content: {} }, "k");
  // python: hmac.new(b"k", b"{}{}{}{}", hashlib.sha256).hexdigest()
  assert.is(frames[2]!.toString(), "6f7c3dea506a2fb840fc9377d65462646f8e8df4acfafa710cf0c50bb2db8de2");
});

const BAD: [string, () => Buffer[], RegExp][] = [
  ["no delimiter", () => [Buffer.from("hello")], /delimiter is missing/],
  ["no frames", () => [], /delimiter is missing/],
  ["truncated frames", () => encode(message, KEY).slice(0, 5), /frames are missing/],
  ["another key", () => encode(message, "another"), /signature does not match/],
  ["no signature", () => changed(2, ""), /signature does not match/],
  ["a changed content", () => changed(6, '{"data":1}'), /signature does not match/],
];
for (const [what, frames, reason] of BAD)
  test(`decode() refuses ${what}`, () => {
    assert.throws(
      () => read(frames()),
      (error: Error) => error instanceof SyntaxError && reason.test(error.message),
    );
  });

const MALFORMED: [string, number, string][] = [
  ["a header that is not JSON", 3, "{"],
  ["a header without msg_id", 3, '{"msg_type":"x","session":"s"}'],
  ["a content that is a list", 6, "[]"],
  ["a parent that is null", 4, "null"],
];
for (const [what, at, text] of MALFORMED)
  test(`decode() refuses ${what}, unsigned too`, () => {
    const frames = encode(message, "").with(at, Buffer.from(text));
    assert.throws(
      () => read(frames, ""),
      (error: Error) => error instanceof SyntaxError,
    );
  });

test("decode() refuses a message that it has seen", () => {
  const seen = new ReplayMemory();
  const frames = encode(message, KEY);
  decode(frames, KEY, seen);
  assert.throws(() => decode(frames, KEY, seen), /received before/);
});

test("decode() checks the signature before it parses", () => {
  assert.throws(() => read(changed(3, "{")), /signature does not match/);
});

const HARD: [string, unknown, unknown][] = [
  ["NaN", Number.NaN, null],
  ["a BigInt", 12n, "12"],
  ["a lone surrogate", "a\ud800b", "a\ufffdb"],
  ["undefined in a list", [undefined], [null]],
];
for (const [what, value, written] of HARD)
  test(`encode() writes ${what} so that every client can read it`, () => {
    const content = { value } as unknown as JsonObject;
    assert.equal(read(encode({ ...message, content }, KEY)).content, { value: written });
  });

test("encode() survives a cycle", () => {
  const content: Record<string, unknown> = {};
  content.self = content;
  assert.equal(read(encode({ ...message, content: content as JsonObject }, KEY)).content, { self: "[Circular]" });
});

test.run();
