import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NoResult } from "../../src/result/no-result.js";
import { dumpState } from "../../src/state/dump-state.js";
import { loadState } from "../../src/state/load-state.js";
import type { Cached, Looped, Mapped, Queued, Retrying } from "../../src/state/states.js";

const none = { type: "NoResultType", __version__: "0.5.3" };
const json = { type: "JSONResultHandler", __version__: "0.5.3" };
const safe = (text: string | null) => ({ type: "SafeResult", value: text, result_handler: json, __version__: "0.5.3" });

const prefect = suite("loadState() of Prefect's JSON");
prefect("0.5: a SafeResult of the JSONResultHandler", async () => {
  const state = loadState({
    type: "Success",
    message: "Done.",
    _result: safe('{"a": [1, null]}'),
    __version__: "0.5.3+42.gabc",
  });
  assert.is(state.type, "Success");
  assert.is(state._result.serialized, true);
  assert.equal((await state.load()).result, { a: [1, null] });
});
prefect("0.5: no result and an empty result are two things", async () => {
  assert.is(loadState({ type: "Pending", _result: none, cached_inputs: null })._result, NoResult);
  const state = loadState({ type: "Success", _result: safe("null") });
  assert.is.not(state._result, NoResult);
  assert.is((await state.load()).result, null);
});
prefect("0.5: Retrying with cached inputs, its times with microseconds and zone", async () => {
  const state = loadState({
    type: "Retrying",
    start_time: "2019-05-01T10:00:00.123456+02:00",
    run_count: 2,
    cached_inputs: { x: safe("5"), y: none },
    _result: none,
    message: null,
    __version__: "0.5.3",
  }) as Retrying;
  assert.is(state.startTime.toISOString(), "2019-05-01T08:00:00.123Z");
  assert.is(state.runCount, 2);
  assert.is((await state.cachedInputs.x!.deserialize()).value, 5);
  assert.is(state.cachedInputs.y, NoResult);
});
prefect("0.5: a time without a zone is UTC", () => {
  const state = loadState({ type: "Scheduled", start_time: "2019-05-01T10:00:00" }) as Retrying;
  assert.is(state.startTime.toISOString(), "2019-05-01T10:00:00.000Z");
});
prefect("0.5: Mapped without its children, Aborted, ClientFailed, Queued", () => {
  assert.is((loadState({ type: "Mapped", n_map_states: 7, __version__: "0.5.3" }) as Mapped).nMapStates, 7);
  assert.is(loadState({ type: "Aborted", _result: none }).type, "Failed");
  assert.is(loadState({ type: "ClientFailed", state: { type: "Success", _result: none } }).type, "Success");
  assert.is(
    (loadState({ type: "Queued", state: { type: "Running" }, start_time: null }) as Queued).state.type,
    "Running",
  );
});
prefect("0.5: Cached with parameters and expiration", () => {
  const state = loadState({
    type: "Cached",
    cached_parameters: { n: 1 },
    cached_result_expiration: "2020-01-01T00:00:00+00:00",
    cached_inputs: { x: safe("1") },
    _result: safe("2"),
    __version__: "0.5.3",
  }) as Cached;
  assert.equal(state.cachedParameters, { n: 1 });
  assert.is(state.cachedResultExpiration?.getTime(), Date.UTC(2020, 0, 1));
});
prefect("0.6 to 0.10: other result handlers load and fail only when they are read, naming the handler", async () => {
  const handler = { type: "S3ResultHandler", bucket: "b", aws_credentials_secret: null, __version__: "0.9.0" };
  const state = loadState({
    type: "Success",
    _result: { type: "SafeResult", value: "2019/key", result_handler: handler, __version__: "0.9.0" },
    context: { tags: ["a"] },
    __version__: "0.9.0",
  });
  assert.equal(state.context, { tags: ["a"] });
  assert.match(String(await state.load().catch(String)), 'serializer "S3ResultHandler" is not known here');
  assert.equal((await dumpState(state))._result, {
    type: "Result",
    serialized: true,
    value: "2019/key",
    serializer: { type: "S3ResultHandler", bucket: "b", aws_credentials_secret: null },
  });
});
prefect("0.11 to 0.13: results by location", async () => {
  const at = (type: string, location: string | null, more = {}) =>
    loadState({
      type: "Success",
      _result: { type, location, ...more, __version__: "0.13.19" },
      __version__: "0.13.19",
    });
  assert.equal((await at("PrefectResult", "[1, 2]").load()).result, [1, 2]);
  assert.is(at("Result", null)._result, NoResult);
  assert.is(at("LocalResult", null, { dir: "/r" })._result, NoResult);
  const local = at("LocalResult", "a/b", { dir: "/r" });
  assert.match(String(await local.load().catch(String)), 'serializer "LocalResult" is not known here');
  assert.is(local._result.value, "a/b");
});
prefect("0.13: Looped, Cancelling, Cancelled, ValidationFailed, hashed inputs", () => {
  assert.is((loadState({ type: "Looped", loop_count: 4, __version__: "0.13.19" }) as Looped).loopCount, 4);
  for (const type of ["Cancelling", "Cancelled", "ValidationFailed"])
    assert.is(loadState({ type, _result: none }).type, type);
  assert.equal((loadState({ type: "Cached", hashed_inputs: { x: "ab" } }) as Cached).hashedInputs, { x: "ab" });
});
for (const version of ["0.5.3+42.gabc.dirty", "0.13.19", "", "nonsense"])
  prefect(`any version text is taken: ${JSON.stringify(version)}`, () =>
    assert.is(loadState({ type: "Success", __version__: version }).type, "Success"),
  );
prefect("malformed results are refused with their path", () => {
  assert.throws(
    () => loadState({ type: "Success", cached_inputs: { x: { type: "SafeResult", value: "1" } } }),
    (error: { path: string }) => error.path === "state.cached_inputs.x.serializer",
  );
});
prefect.run();
