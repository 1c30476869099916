import * as assert from "uvu/assert";
import type { StateType } from "../../src/contracts/records.js";
import type { BeginAsk, Owner, RunChoice } from "../../src/store/begin-ask.js";
import { RunOwnedError, type Store } from "../../src/store/store.js";
import type { DeclareTest } from "./declare-test.js";
import { rejects } from "./rejects.js";
import {
  appendTo,
  askOf,
  graphOf,
  holdOf,
  place,
  resultOf,
  runOf,
  self,
  stateOf,
  transitionOf,
} from "./sample-records.js";

/** A process that has ended; its pid may be anybody's by now, its start time is not. */
const dead: Owner = { id: "owner-dead", pid: process.pid, startedAt: 1_000 };
/** Another living process, as far as anybody can tell. */
const other: Owner = { ...self, id: "owner-other" };

/** A run that is there already. */
interface Earlier {
  readonly id: string;
  /** @default "Running" */
  readonly end?: StateType;
  /** @default self */
  readonly owner?: Owner;
  /** @default "key" */
  readonly key?: string | null;
  /** @default 1 */
  readonly nth?: number;
  readonly flow?: string;
  readonly file?: string;
  readonly cell?: string;
}

type Case = readonly [
  what: string,
  earlier: readonly Earlier[],
  ask: { choice?: RunChoice; key?: string | null; nth?: number; taken?: string[]; abandoned?: string[] },
  begins: string | RegExp,
];

const unsuccessful: RunChoice = { kind: "unsuccessful" };
const last: RunChoice = { kind: "last" };
const fresh: RunChoice = { kind: "new" };
const byId = (id: string): RunChoice => ({ kind: "run", id });
const failed = (id: string, more: Partial<Earlier> = {}): Earlier => ({ id, end: "Failed", ...more });
const done = (id: string, more: Partial<Earlier> = {}): Earlier => ({ id, end: "Success", ...more });
const going = (id: string, more: Partial<Earlier> = {}): Earlier => ({ id, ...more });

/** Who may begin what: the run that an attempt begins ("new": one of its own), or why it may not. */
const CASES: readonly Case[] = [
  ["nothing is there", [], {}, "new"],
  ["the last run failed", [failed("a")], {}, "a"],
  ["the last run succeeded", [done("a")], {}, "new"],
  ["the last run was kept from the cache", [{ id: "a", end: "Cached" }], {}, "new"],
  ["the last run waits for a person", [{ id: "a", end: "Paused" }], {}, "a"],
  ["the last run waits for a person of another process", [{ id: "a", end: "Paused", owner: other }], {}, "a"],
  ["the last run was cancelled", [{ id: "a", end: "Cancelled" }], {}, "a"],
  ["a new one is asked for", [failed("a")], { choice: fresh }, "new"],
  ["the last is asked for, however it ended", [failed("a"), done("b")], { choice: last }, "b"],
  ["the last is asked for and nothing is there", [], { choice: last }, "new"],
  ["another flow failed", [failed("a", { flow: "other" })], {}, "new"],
  ["a flow of that name failed in another cell", [failed("a", { cell: "cell-2" })], {}, "new"],

  ["an older run failed with equal parameters", [failed("a"), done("b", { key: "k2" })], {}, "a"],
  ["equal parameters succeeded after they failed", [failed("a"), done("b")], {}, "new"],
  ["other parameters failed at the same place in the loop", [failed("a", { key: "k2" })], {}, "a"],
  ["other parameters failed elsewhere in the loop", [failed("a", { key: "k2", nth: 2 })], {}, "new"],
  ["other parameters succeeded at the same place", [done("a", { key: "k2" })], {}, "new"],
  ["equal parameters failed elsewhere in the loop", [failed("a", { nth: 3 })], {}, "a"],
  ["equal parameters failed here and elsewhere", [failed("a"), failed("b", { nth: 2 })], {}, "a"],
  ["equal parameters failed there and here", [failed("a"), failed("b", { nth: 2 })], { nth: 2 }, "b"],
  ["equal parameters are older than others", [failed("a"), failed("b", { key: "k2" })], {}, "a"],
  ["parameters that could not be hashed", [failed("a", { key: null })], { key: null }, "a"],
  ["it was begun in this execution", [failed("a")], { taken: ["a"] }, "new"],
  ["the newest was begun in this execution", [failed("a"), failed("b")], { taken: ["b"] }, "a"],

  ["it is under way here", [going("a")], {}, "new"],
  ["it is under way here and the last is asked for", [going("a")], { choice: last }, "new"],
  ["it is under way here and given up", [going("a")], { abandoned: ["a"] }, "a"],
  ["it is under way here and asked for", [going("a")], { choice: byId("a") }, /"a": it has not ended; wait/],
  ["it is under way here, given up and asked for", [going("a")], { choice: byId("a"), abandoned: ["a"] }, "a"],
  [
    "another process runs it",
    [going("a", { owner: other })],
    {},
    /"a" of flow "etl": process \d+ runs it now, since .* UTC; wait/,
  ],
  ["another process runs the last", [going("a", { owner: other })], { choice: last }, /runs it now/],
  ["another process runs it and it is asked for", [going("a", { owner: other })], { choice: byId("a") }, /runs it now/],
  ["another process runs it and a new one is asked for", [going("a", { owner: other })], { choice: fresh }, "new"],
  ["another process runs it with other parameters", [going("a", { owner: other, key: "k2" })], {}, "new"],
  ["another process runs it with unknown parameters", [going("a", { owner: other, key: null })], {}, /runs it now/],
  ["a dead process ran it", [going("a", { owner: dead })], {}, "a"],
  ["a dead process ran it with other parameters", [going("a", { owner: dead, key: "k2" })], {}, "a"],
  ["a dead process ran it and it is asked for", [going("a", { owner: dead })], { choice: byId("a") }, "a"],

  ["a successful one is asked for", [done("a")], { choice: byId("a") }, "a"],
  ["one begun in this execution is asked for", [failed("a")], { choice: byId("a"), taken: ["a"] }, "a"],
  ["one of another cell is asked for", [failed("a", { cell: "cell-2" })], { choice: byId("a") }, "a"],
  ["an unknown one is asked for", [], { choice: byId("a") }, /"a": the store has no such run; `cellar runs`/],
  [
    "another flow's is asked for",
    [failed("a", { flow: "other" })],
    { choice: byId("a") },
    /flow "other" in .*not of flow "etl"/,
  ],
];

export function beginTests(test: DeclareTest): void {
  for (const [what, earlier, ask, begins] of CASES) {
    test(`begin() ${begins instanceof RegExp ? "refuses" : begins === "new" ? "begins a new run" : "resumes"} when ${what}`, async (store) => {
      for (const run of earlier) await leave(store, run);
      const { nth: occurrence = 1, key = "key", ...asked } = ask;
      const parameters = { text: null, key, shown: {} };
      const begun = store.begin(askOf("new", { choice: unsuccessful, occurrence, parameters, ...asked }));
      if (begins instanceof RegExp) {
        await rejects(begun, begins);
        return assert.equal(
          (await store.flowRuns()).filter(({ id }) => id === "new"),
          [],
        );
      }
      const { run, hold } = await begun;
      assert.is(run.id, begins);
      assert.equal([run.attempt, run.state.type, run.endedAt], [begins === "new" ? 1 : 2, "Running", null]);
      assert.equal(hold, holdOf(begins, run.attempt));
      await store.confirm(hold);
    });
  }

  for (const attempt of ["resume", "begin"] as const)
    test(`begin() gives one run to one of many that ${attempt} it at the same instant`, async (store) => {
      if (attempt === "resume") await leave(store, failed("a"));
      const asks = Array.from({ length: 8 }, (_, index) =>
        store.begin(askOf(`new-${index}`, { owner: { ...self, id: `owner-${index}` } })),
      );
      const begun = await Promise.allSettled(asks);
      assert.is(begun.filter(({ status }) => status === "fulfilled").length, 1);
      for (const each of begun) if (each.status === "rejected") assert.instance(each.reason, RunOwnedError);
      assert.is((await store.flowRuns()).length, 1);
    });

  test("begin() asked again answers the same and changes nothing", async (store) => {
    await leave(store, failed("a"));
    const [first, again] = [await store.begin(askOf("new")), await store.begin(askOf("new"))];
    assert.equal([again.run, again.hold, again.previous?.summary], [first.run, first.hold, first.previous?.summary]);
    assert.is((await store.attempts("a")).length, 2);
    await rejects(store.begin(askOf("new", { owner: other })), /another process began it/);
  });

  test("begin() gives what the attempt before left, and its parameters as they were given", async (store) => {
    const parameters = { text: '{"x":1}', key: "key", shown: { x: 1 } };
    const first = await store.begin(askOf("a", { parameters, graph: graphOf("a", "b") }));
    assert.equal([first.previous, first.parametersText, first.notices], [undefined, null, []]);
    assert.equal(first.run.parameters, { x: 1 });
    const tasks = [transitionOf("a", "a", "Success", { result: resultOf(1) }), transitionOf("a", "b", "Failed")];
    const ended = { ...first.run, state: stateOf("Failed"), endedAt: 2_000 };
    await store.append(first.hold, tasks, { run: ended });
    const { previous, parametersText, hold } = await store.begin(askOf("new"));
    assert.equal(previous?.summary, ended);
    assert.equal(previous?.graph, graphOf("a", "b"));
    assert.equal(
      previous?.tasks,
      tasks.map(({ run, memory }) => ({ run, memory })),
    );
    assert.is(parametersText, '{"x":1}');
    await store.setParameters(hold, { text: '{"x":2}', key: "key-2", shown: { x: 2 } });
    assert.equal(
      (await store.attempts("a")).map((each) => each.parameters),
      [{ x: 1 }, { x: 2 }],
    );
    await store.append(hold, [], { run: runOf("a", { attempt: 2, endedAt: 3_000, state: stateOf("Failed") }) });
    assert.is((await store.begin(askOf("third", { choice: byId("a") }))).parametersText, '{"x":2}');
  });

  for (const [what, change] of [
    ["is dead", { owner: dead, message: "The process that ran it ended." }],
    ["gave it up", { owner: self, message: "It was stopped and did not end in time." }],
  ] as const)
    test(`begin() appends Crashed to what was left Running when its owner ${what}`, async (store) => {
      const { hold } = await leave(store, going("a", { owner: change.owner }));
      await store.append(hold, [transitionOf("a", "a", "Success"), transitionOf("a", "b", "Running")]);
      const begun = await store.begin(askOf("new", { abandoned: ["a"] }));
      assert.equal(
        [begun.previous?.summary.state.type, begun.previous?.summary.state.message],
        ["Crashed", change.message],
      );
      assert.ok(begun.previous?.summary.endedAt);
      assert.equal(
        begun.previous?.tasks.map(({ run }) => run.state.type),
        ["Success", "Crashed"],
      );
      assert.equal(
        (await store.history("a/b")).map(({ type, message }) => [type, message]),
        [
          ["Running", null],
          ["Crashed", change.message],
        ],
      );
      assert.instance(await rejects(store.append(hold, []), /took it over/), RunOwnedError);
    });

  test("begin() chooses by number, whatever the clock says", async (store) => {
    await leave(store, done("a"), 9_000_000);
    await leave(store, failed("b"), 1_000);
    assert.is((await store.begin(askOf("new", { now: 500 }))).run.id, "b");
    assert.equal(
      (await store.flowRuns()).map(({ id }) => id),
      ["b", "a"],
    );
  });

  test("rememberedRun() leaves a run alone while its owner lives, and says when it is dead", async (store) => {
    for (const [id, owner, type] of [
      ["a", self, "Running"],
      ["b", dead, "Crashed"],
    ] as const) {
      const { hold } = await leave(store, going(id, { owner, key: id }));
      await store.append(hold, [transitionOf(id, "a", "Running")]);
      for (const _ of ["once", "again"]) {
        const remembered = await store.rememberedRun(id);
        assert.equal([remembered?.run.state.type, remembered?.tasks[0]?.run.state.type], [type, type]);
      }
    }
    assert.equal(
      (await store.history("b/a")).map(({ type }) => type),
      ["Running", "Crashed"],
    );
  });
}

/** Writes a run as an earlier execution left it. */
async function leave(store: Store, { id, end, owner = self, key = "key", nth = 1, ...where }: Earlier, now = 1_000) {
  const ask: BeginAsk = askOf(id, {
    choice: fresh,
    owner,
    occurrence: nth,
    place: { ...place, ...where },
    parameters: { text: null, key, shown: {} },
    now,
  });
  const begun = await store.begin(ask);
  const run = { ...begun.run, state: stateOf(end ?? "Running"), endedAt: now + 10 };
  if (end) await store.append(begun.hold, [], { run });
  return begun;
}

/** What a hold is good for: each write of a run, by the attempt that holds it and by one that does no longer. */
export function holdTests(test: DeclareTest): void {
  const ENDED = { state: stateOf("Failed"), endedAt: 2_000 };
  const WRITES: { readonly [name: string]: (store: Store, attempt: number) => Promise<void> } = {
    append: (store, attempt) => appendTo(store, [transitionOf("a", "a", "Running")], undefined, holdOf("a", attempt)),
    "append nothing": (store, attempt) => store.append(holdOf("a", attempt), []),
    "append a change": (store, attempt) =>
      store.append(holdOf("a", attempt), [], { run: runOf("a", { attempt, ...ENDED }) }),
    setGraph: (store, attempt) => store.setGraph(holdOf("a", attempt), []),
    setParameters: (store, attempt) => store.setParameters(holdOf("a", attempt), { text: null, key: null, shown: {} }),
    keep: (store, attempt) => store.keep(holdOf("a", attempt), ["a/a"]),
    log: (store, attempt) => store.log(holdOf("a", attempt), [{ taskRunId: "a/a", timestamp: 1, text: "line" }]),
    confirm: (store, attempt) => store.confirm(holdOf("a", attempt)),
  };
  for (const [name, write] of Object.entries(WRITES))
    test(`${name} is refused once another attempt holds the run, and says who does`, async (store) => {
      const { hold } = await leave(store, failed("a"));
      await store.append(hold, [transitionOf("a", "a", "Failed")]);
      await write(store, 1);
      const { hold: next } = await store.begin(askOf("new"));
      assert.is(next.attempt, 2);
      const error = await rejects(
        write(store, 1),
        /another process took it over: process \d+ began attempt 2, this is attempt 1/,
      );
      assert.instance(error, RunOwnedError);
      await write(store, 2);
      assert.instance(await rejects(store.confirm({ ...next, ownerId: "owner-other" }), /took it over/), RunOwnedError);
      assert.instance(await rejects(store.confirm(holdOf("no-such-run")), /no such run/), RangeError);
    });

  test("append() refuses a record of another run", async (store) => {
    const { hold } = await leave(store, going("a"));
    await leave(store, going("b", { key: "k2" }));
    await rejects(store.append(hold, [transitionOf("b", "a", "Running")]), /run "a": it is given a record of run "b"/);
    await rejects(store.append(hold, [], { run: runOf("b") }), /run "a": it is given a record of run "b"/);
  });
}
