import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { dumpState, flow, loadState, parameter, type State, sameState, stateRecord, task } from "../../src/index.js";
import { stateJson } from "../../src/state/state-json.js";

const test = suite("flow results");

const read = task("read lock file", () => ["a", "b", "c"]);
const inspectPackage = task("inspect package", (name: string) => ({ name, at: new Date(0) }));
const refuse = task("refuse", (_: unknown): number => {
  throw new RangeError("not today");
});
const audit = flow("audit", () => {
  const names = read();
  const packages = inspectPackage.map(names);
  return { names, packages, refused: refuse(packages) };
});
const finished = audit.run({ store: "none" });

const SHORT: readonly (readonly [unknown, string])[] = [
  [read, 'Task "read lock file"'],
  [audit, 'Flow "audit" (3 calls)'],
  [audit.calls.packages, 'TaskCall "inspect package" of flow "audit"'],
  [parameter("url", { default: "https://example.org" }), 'Parameter "url"'],
  [[read], '[ Task "read lock file" ]'],
];
for (const [value, text] of SHORT) test(`inspect() says ${text}`, () => assert.is(inspect(value), text));

const LINES = [
  "FlowResults(3)",
  "  read lock file: Success",
  "  inspect package: Mapped (3)",
  "  refuse: Failed, RangeError: not today",
];

test("inspect() of a flow's results has a line for each call", async () => {
  const state = await finished;
  assert.is(inspect(state.result), LINES.join("\n"));
  assert.is(stateRecord(state).result.preview, LINES.join("\n"));
  assert.match(inspect(state), "refuse: Failed");
  assert.is(inspect({ deep: { deeper: { deepest: state.result } } }).includes("[FlowResults(3)]"), true);
});

test("inspect() of many results counts those it leaves out", async () => {
  const wide = flow("wide", () => {
    for (let index = 0; index < 60; index += 1) read();
  });
  const lines = inspect((await wide.run({ store: "none" })).result, { maxArrayLength: 100 }).split("\n");
  assert.equal([lines.length, lines.at(-1)], [42, "  … 20 more"]);
});

test("dumpState() of a flow's state has its calls' by name, and loadState() finds them by name", async () => {
  const state = await finished;
  const json = await dumpState(state);
  assert.is(json._result?.type, "CallStates");
  assert.equal(stateJson.parse(json), json);
  const loaded = loadState(JSON.parse(JSON.stringify(json)));
  assert.equal(await dumpState(loaded), json);
  const mapped = (await loaded.task("inspect package").load()) as State;
  assert.equal(mapped.type === "Mapped" && mapped.mapStates[1]!.result, { name: "b", at: new Date(0) });
  const calls = loaded.result as typeof state.result;
  assert.is(calls.get(audit.calls.refused).type, "Failed");
  assert.ok(sameState(loaded, loadState(json)));
  assert.not.ok(sameState(loaded, state));
  assert.throws(() => calls.task("nobody"), /"nobody": the run has "read lock file", "inspect package", "refuse"/);
});

test("loadState() names the path to what is wrong in a call's state", () => {
  const wrong = { type: "Success", _result: { type: "CallStates", calls: { a: { type: "Odd" } } } };
  assert.throws(() => loadState(wrong), /_result\.calls\.a.*unknown type "Odd"/);
});

test.run();
