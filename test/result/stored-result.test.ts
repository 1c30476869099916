import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ByteShelf } from "../../src/result/byte-shelf.js";
import { contentHash } from "../../src/result/content-hash.js";
import { Result } from "../../src/result/result.js";
import { noteStored, storedBlobOf, storedReferenceOf, storedResult } from "../../src/result/stored-result.js";

const nothingOutside = async (): Promise<never> => {
  throw new Error("nothing lies outside");
};
const noShelf: ByteShelf = { keep: nothingOutside, read: nothingOutside, open: nothingOutside };

async function shelf(value: unknown) {
  const text = JSON.stringify((await new Result({ value }).serialize()).value);
  const reference = { id: contentHash(text), serializer: { type: "value" }, bytes: Buffer.byteLength(text) };
  const asked: string[] = [];
  const failures: Error[] = [];
  const read = async (id: string): Promise<string> => {
    asked.push(id);
    const failure = failures.shift();
    if (failure) throw failure;
    return text;
  };
  return { reference, asked, failures, source: { read, shelf: () => noShelf } };
}

const stored = suite("storedResult()");
stored("is serialized, has the serializer's type, and gives its reference back without reading", async () => {
  const { reference, asked, source } = await shelf([1]);
  const result = storedResult(reference, source);
  assert.instance(result, Result);
  assert.ok(Object.isFrozen(result));
  assert.is(result.serialized, true);
  assert.is(result.serializer.type, "value");
  assert.is(await result.serialize(), result);
  assert.is(storedReferenceOf(result), reference);
  assert.equal(asked, []);
});
stored("reads the store once for all who need the value", async () => {
  const { reference, asked, source } = await shelf(new Map([["a", 1n]]));
  const result = storedResult(reference, source);
  const values = await Promise.all([1, 2, 3, 4].map(() => result.deserialize()));
  assert.equal(values[0]!.value, new Map([["a", 1n]]));
  assert.ok(values.every((each) => each === values[0]));
  assert.is(await result.deserialize(), values[0]!);
  assert.equal(asked, [reference.id]);
});
stored("carries its reference into the value it gives", async () => {
  const { reference, source } = await shelf(1);
  const live = await storedResult(reference, source).deserialize();
  assert.is(live.serialized, false);
  assert.is(storedReferenceOf(live), reference);
});
stored("asks again after a failure", async () => {
  const { reference, asked, failures, source } = await shelf(5);
  const result = storedResult(reference, source);
  failures.push(new Error("disk"));
  assert.match(String(await result.deserialize().catch(String)), "disk");
  assert.is((await result.deserialize()).value, 5);
  assert.is(asked.length, 2);
});
stored("with an unknown serializer fails only when it is read, naming the type", async () => {
  const { reference, source } = await shelf(5);
  const result = storedResult({ ...reference, serializer: { type: "nobody's", a: 1 } }, source);
  assert.match(String(await result.deserialize().catch(String)), 'serializer "nobody\'s" is not known here');
});
stored("storedBlobOf() reads the stored form of a reference, and of nothing else", async () => {
  const { reference, source } = await shelf("x");
  assert.equal(await storedBlobOf(storedResult(reference, source)), { v: 1, root: "x", nodes: [] });
  assert.is(storedBlobOf(new Result({ value: "x" })), undefined);
});
stored("noteStored() lets a live result be carried by reference", async () => {
  const { reference, asked, source } = await shelf("x");
  const live = new Result({ value: "x" });
  assert.is(storedReferenceOf(live), undefined);
  assert.is(noteStored(live, reference, source), live);
  assert.is(storedReferenceOf(live), reference);
  assert.is(await live.deserialize(), live);
  assert.equal(asked, []);
});
stored.run();
