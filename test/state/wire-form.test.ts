import { readFile, writeFile } from "node:fs/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../src/contracts/json.js";
import { contentHash } from "../../src/result/content-hash.js";
import { JSONSerializer } from "../../src/result/json-serializer.js";
import { NoResult } from "../../src/result/no-result.js";
import { registerSerializer } from "../../src/result/registry.js";
import { Result } from "../../src/result/result.js";
import { type ResultSource, storedResult } from "../../src/result/stored-result.js";
import { dumpState } from "../../src/state/dump-state.js";
import { loadState } from "../../src/state/load-state.js";
import { stateJson, stateJsonSchema } from "../../src/state/state-json.js";
import { Failed, Pending, Retrying, type State, Success } from "../../src/state/states.js";
import { SAMPLES } from "./sample-states.js";

const SOURCES = new URL("../../../", import.meta.url);
const overWire = async (state: State): Promise<State> => loadState(JSON.parse(JSON.stringify(await dumpState(state))));

const golden = suite("the wire form");
golden("of version 1 is what it was, and loads", async () => {
  const then = JSON.parse(await readFile(new URL("test/state/golden/version-1.json", SOURCES), "utf8")) as Json[];
  assert.equal(await Promise.all(SAMPLES.map((state) => dumpState(state))), then);
  assert.equal(await Promise.all(then.map((json) => dumpState(loadState(json)))), then);
});
golden("is described by the JSON Schema file (CELLAR_WRITE_SCHEMA=1 writes it anew)", async () => {
  const file = new URL("src/state/state.schema.json", SOURCES);
  if (process.env.CELLAR_WRITE_SCHEMA) await writeFile(file, `${JSON.stringify(stateJsonSchema(), null, 2)}\n`);
  assert.equal(JSON.parse(await readFile(file, "utf8")), stateJsonSchema());
});
for (const state of SAMPLES)
  golden(`of ${state.type} comes back as it was`, async () => {
    const json = await dumpState(state);
    assert.equal(stateJson.parse(json), json);
    const again = await overWire(state);
    assert.is(again.constructor, state.constructor);
    assert.is(again.message, state.message);
    assert.equal(again.timestamp, state.timestamp);
    assert.equal(again.context, state.context);
    assert.equal(JSON.stringify(await dumpState(again)), JSON.stringify(json));
  });
golden.run();

const dumping = suite("dumpState()");
dumping("serializes each result with its own serializer and leaves the state as it is", async () => {
  const input = new Result({ value: [1, 2], serializer: new JSONSerializer<unknown>() });
  const result = new Result({ value: new Map([["a", 1]]) });
  const state = new Retrying({ result, cachedInputs: { x: input } });
  const json = await dumpState(state);
  assert.equal(json.cached_inputs?.x, {
    type: "Result",
    serialized: true,
    value: [1, 2],
    serializer: { type: "json" },
  });
  assert.equal((json._result as { serializer: Json }).serializer, { type: "value" });
  assert.is(state._result, result);
  assert.is(state.cachedInputs.x, input);
  assert.is(input.serialized, false);
});
dumping("says loudly what cannot be serialized, and the live value stays", async () => {
  const state = new Success({ result: { rows: [() => 1] } });
  const json = await dumpState(state);
  assert.is((json._result as { type: string }).type, "Unserializable");
  assert.match((json._result as { reason: string }).reason, "result.rows[0]: function");
  assert.is(state.result.rows[0]!(), 1);
  const again = loadState(json);
  assert.is.not(again._result, NoResult);
  assert.match(
    String(await again.load().catch(String)),
    "it was not stored: Cannot serialize result.rows[0]: function",
  );
  assert.equal((await dumpState(again))._result, json._result);
});
dumping("tells NoResult, undefined and null apart", async () => {
  const states = [new Success(), new Success({ result: undefined }), new Success({ result: null })];
  const [none, undef, nil] = await Promise.all(states.map(overWire));
  assert.is(none!._result, NoResult);
  for (const [state, value] of [
    [undef!, undefined],
    [nil!, null],
  ] as const) {
    assert.is.not(state._result, NoResult);
    assert.is((await state.load()).result, value);
  }
});
dumping("writes the stored form of a result that is only a reference", async () => {
  const text = JSON.stringify([1, { a: null }]);
  const reference = { id: contentHash(text), serializer: { type: "json" }, bytes: text.length };
  const source: ResultSource = {
    read: async () => text,
    shelf: () => {
      throw new Error("all stands in the text");
    },
  };
  const state = new Pending({ cachedInputs: { x: storedResult(reference, source) } });
  const json = await dumpState(state);
  assert.equal(json.cached_inputs?.x, {
    type: "Result",
    serialized: true,
    value: [1, { a: null }],
    serializer: { type: "json" },
  });
});
dumping("keeps an error with class name, message, stack and cause", async () => {
  class NetworkError extends Error {
    override readonly name = "NetworkError";
  }
  const error = new NetworkError("down", { cause: new TypeError("deep") });
  const { result } = await (await overWire(new Failed({ result: error }))).load();
  const read = result as Error;
  assert.instance(read, Error);
  assert.is(read.constructor.name, "NetworkError");
  assert.is(read.stack, error.stack);
  assert.instance(read.cause, TypeError);
});
dumping.run();

const loading = suite("loadState()");
loading("never deserializes", async () => {
  let read = 0;
  registerSerializer("counted", () => ({ type: "counted", serialize: () => null, deserialize: () => (read += 1) }));
  const R = { type: "Result", serialized: true, value: 1, serializer: { type: "counted" } };
  const state = loadState({ type: "Success", _result: R, cached_inputs: { x: R } });
  assert.is(read, 0);
  assert.is((await state.load()).result, 1);
});
loading("takes a result of an unknown serializer, which fails only when it is read, naming the type", async () => {
  const R = { type: "Result", serialized: true, value: 1, serializer: { type: "parquet", level: 3 } };
  const state = loadState({ type: "Success", _result: R });
  assert.match(String(await state.load().catch(String)), 'serializer "parquet" is not known here');
  assert.equal((await dumpState(state))._result, R);
});
loading("takes what is missing as its default and ignores what it does not know", () => {
  const state = loadState({ type: "Retrying", colour: "red", message: null }) as Retrying;
  assert.is(state.runCount, 1);
  assert.is(state._result, NoResult);
  assert.equal(state.cachedInputs, {});
});
const R = { type: "Result", serialized: true, value: 1, serializer: { type: "json" } };
const deep = JSON.parse("[".repeat(10_000) + "]".repeat(10_000)) as Json;
const nested = (key: string, levels: number): Json =>
  JSON.parse(`{"type":"Mapped","${key}":[`.repeat(levels) + "]}".repeat(levels)) as Json;
const MALFORMED: readonly (readonly [json: unknown, path: string, detail: string])[] = [
  [null, "state", "expected object"],
  ["Success", "state", "expected object"],
  [[], "state", "expected object"],
  [{}, "state.type", "type is missing"],
  [{ type: "Successful" }, "state.type", 'unknown type "Successful"'],
  [{ type: "constructor" }, "state.type", 'unknown type "constructor"'],
  [{ type: "Success", message: 5 }, "state.message", "expected string"],
  [{ type: "Success", timestamp: "yesterday" }, "state.timestamp", "expected an ISO 8601 time"],
  [{ type: "Scheduled", start_time: "2026-13-01T00:00:00Z" }, "state.start_time", "expected an ISO 8601 time"],
  [{ type: "Retrying", run_count: -1 }, "state.run_count", "expected number to be >=0"],
  [{ type: "Looped", loop_count: 1.5 }, "state.loop_count", "expected int"],
  [{ type: "Success", _result: { type: "Nothing" } }, "state._result.type", 'unknown type "Nothing"'],
  [{ type: "Success", _result: { ...R, serializer: undefined } }, "state._result.serializer", "expected object"],
  [{ type: "Success", _result: { ...R, serializer: {} } }, "state._result.serializer.type", "expected string"],
  [{ type: "Success", _result: { ...R, serialized: false } }, "state._result.serialized", "expected true"],
  [{ type: "Success", _result: { ...R, value: undefined } }, "state._result.value", "expected JSON"],
  [{ type: "Success", _result: { ...R, value: deep } }, "state._result.value", "expected JSON"],
  [{ type: "Success", cached_inputs: { "a b": 5 } }, 'state.cached_inputs["a b"]', "expected object"],
  [{ type: "Success", context: { a: deep } }, "state.context.a", "expected JSON"],
  [{ type: "Submitted" }, "state.state", "expected object"],
  [{ type: "Queued", state: { type: "X" } }, "state.state.type", 'unknown type "X"'],
  [{ type: "Mapped", map_states: [{ type: "Success" }, {}] }, "state.map_states[1].type", "type is missing"],
  [{ type: "Success", __version__: 2 }, "state.__version__", "a newer Cellar wrote it"],
  [{ type: "Success", __version__: true }, "state.__version__", ""],
];
for (const [index, [json, path, detail]] of MALFORMED.entries())
  loading(`refuses case ${index} at ${path}: ${detail}`, () =>
    assert.throws(
      () => loadState(json),
      (error: { name: string; path: string; message: string }) => {
        assert.is(error.name, "StateFormatError");
        assert.is(error.path, path);
        assert.match(error.message, detail);
        return true;
      },
    ),
  );
loading("refuses 5 000 states in each other", () => {
  assert.throws(() => loadState(nested("map_states", 5000)), /states are nested too deeply/);
});
loading("leaves prototypes alone", () => {
  const json = JSON.parse(
    '{"type":"Success","__proto__":{"polluted":1},"context":{"__proto__":{"polluted":1}},"cached_inputs":{"__proto__":{"type":"NoResult"}}}',
  ) as Json;
  const state = loadState(json);
  assert.is(({} as { polluted?: number }).polluted, undefined);
  assert.is((state as { polluted?: number }).polluted, undefined);
  assert.is((state.context as { polluted?: number }).polluted, undefined);
});
loading.run();
