import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../src/contracts/json.js";
import { JSONSerializer } from "../../src/result/json-serializer.js";
import { NoResult } from "../../src/result/no-result.js";
import { Result } from "../../src/result/result.js";
import type { ResultSerializer } from "../../src/result/result-serializer.js";
import { SerializeError } from "../../src/result/serialize-error.js";

/** uvu calls what it is given: a class would accept every error. */
const is =
  (Class: new (...parts: never[]) => Error) =>
  (error: unknown): boolean =>
    error instanceof Class;

const results = suite("Result");
results("is frozen", () => {
  const result = new Result({ value: 1 });
  assert.throws(() => Object.assign(result, { value: 2 }), is(TypeError));
  assert.is(result.value, 1);
});
results("has the value serializer when none is given", () =>
  assert.is(new Result({ value: 1 }).serializer.type, "value"),
);
results("that is serialized needs a serializer", () => {
  assert.throws(() => new Result({ value: 1, serialized: true }), is(TypeError));
});
for (const value of [undefined, null, false, 0, "", Number.NaN, 0n])
  results(`keeps ${String(value)} in memory and through its stored form`, async () => {
    const result = new Result({ value });
    const again = await (await result.serialize()).deserialize();
    assert.ok(Object.is(result.value, value) && Object.is(again.value, value));
  });
results("serialize() gives another and leaves it as it is", async () => {
  const value = { a: [1] };
  const result = new Result({ value });
  const stored = await result.serialize();
  value.a.push(2);
  assert.is(result.serialized, false);
  assert.is(result.value, value);
  assert.is(stored.serialized, true);
  assert.equal((await stored.deserialize()).value, { a: [1] });
});
results("serialize() is itself when serialized, deserialize() when not", async () => {
  const live = new Result({ value: 1 });
  const stored = await live.serialize();
  assert.is(await live.deserialize(), live);
  assert.is(await stored.serialize(), stored);
});
results("deserialize() gives values that share nothing", async () => {
  const stored = await new Result({
    value: { list: [1] },
    serializer: new JSONSerializer<{ list: number[] }>(),
  }).serialize();
  const [first, second] = await Promise.all([stored.deserialize(), stored.deserialize()]);
  (first.value as { list: number[] }).list.push(2);
  assert.equal(second.value, { list: [1] });
  assert.equal(stored.value, { list: [1] });
});
results("serialize() refuses what a serializer of somebody else's makes of it that is no JSON", async () => {
  const serializer: ResultSerializer = {
    type: "broken",
    serialize: () => ({ when: new Date(0) }) as unknown as Json,
    deserialize: (blob) => blob,
  };
  const error = await new Result({ value: 1, serializer }).serialize().catch((thrown: unknown) => thrown);
  assert.instance(error, SerializeError);
  assert.match((error as Error).message, 'Cannot serialize result.when: instance of Date, made by serializer "broken"');
});
results.run();

const none = suite("NoResult");
none("has no value and serializes to itself", async () => {
  assert.is(NoResult.value, undefined);
  assert.is(NoResult.serialized, false);
  assert.is(await NoResult.serialize(), NoResult);
  assert.is(await NoResult.deserialize(), NoResult);
});
none("is a Result, and another than that of undefined", () => {
  assert.instance(NoResult, Result);
  assert.is.not(new Result({ value: undefined }), NoResult);
});
none.run();
