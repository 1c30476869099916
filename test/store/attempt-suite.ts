import * as assert from "uvu/assert";
import type { StateType } from "../../src/contracts/records.js";
import type { Store } from "../../src/store/store.js";
import type { DeclareTest } from "./declare-test.js";
import { askOf, graphOf, stateOf, transitionOf } from "./sample-records.js";

/** Begins the next attempt of run "r", brings its task runs to states and ends it as failed. */
async function attempt(store: Store, graph: readonly string[], states: { readonly [name: string]: StateType }) {
  const { run, hold, previous } = await store.begin(askOf(`ask-${Math.random()}`, { graph: graphOf(...graph) }));
  const transitions = Object.entries(states).map(([name, type]) =>
    transitionOf(run.id, name, type, { memory: { attempt: `${name} of attempt ${run.attempt}` } }),
  );
  await store.append(hold, transitions);
  const end = async () =>
    await store.append(hold, [], { run: { ...run, state: stateOf("Failed"), endedAt: 2_000 + run.attempt } });
  return { run, hold, previous, end };
}

const rowsOf = async (store: Store, runId: string, number?: number) =>
  (await store.flowRun(runId, number))!.tasks.map(({ name, state, attempt: of, kept }) => [name, state.type, of, kept]);

/** What each attempt of a run came to stays, whatever later ones do. */
export function attemptTests(test: DeclareTest): void {
  test("flowRun() gives each attempt as it was left", async (store) => {
    const first = await attempt(store, ["a", "b"], { a: "Success", b: "Failed" });
    await first.end();
    const second = await attempt(store, ["a", "b", "c"], { b: "Success", c: "Failed" });
    await store.keep(second.hold, [`${first.run.id}/a`]);
    await second.end();
    const third = await attempt(store, ["a", "b", "c"], { c: "Running" });
    const { id } = first.run;
    assert.is(third.run.id, id);
    assert.equal(await rowsOf(store, id, 1), [
      ["a", "Success", 1, false],
      ["b", "Failed", 1, false],
    ]);
    assert.equal(await rowsOf(store, id, 2), [
      ["a", "Success", 2, true],
      ["b", "Success", 2, false],
      ["c", "Failed", 2, false],
    ]);
    const untouched = [
      ["a", "Success", 1, false],
      ["b", "Success", 2, false],
      ["c", "Running", 3, false],
    ];
    assert.equal(await rowsOf(store, id), untouched);
    assert.equal(await rowsOf(store, id, 3), untouched);
    assert.is(await store.flowRun(id, 4), undefined);
    assert.equal((await store.flowRun(id, 1))?.graph, graphOf("a", "b"));
    assert.equal(
      (await store.attempts(id)).map(({ attempt: of, state, endedAt }) => [of, state.type, endedAt]),
      [
        [1, "Failed", 2_001],
        [2, "Failed", 2_002],
        [3, "Running", null],
      ],
    );
    assert.equal(await store.attempts("no-such-run"), []);
  });

  test("history() says to which attempts of the run and of the task a state belongs", async (store) => {
    const first = await attempt(store, ["a"], { a: "Failed" });
    await first.end();
    const second = await attempt(store, ["a"], { a: "Success" });
    await second.end();
    const third = await attempt(store, ["a"], {});
    await store.keep(third.hold, [`${first.run.id}/a`]);
    assert.equal(
      (await store.history(`${first.run.id}/a`)).map((state) => [state.type, state.attempt, state.attemptId]),
      [
        ["Failed", 1, "a of attempt 1"],
        ["Success", 2, "a of attempt 2"],
      ],
    );
  });

  test("rememberedRun() has the latest row of each task run over all attempts", async (store) => {
    const first = await attempt(store, ["a", "b"], { a: "Success", b: "Failed" });
    await first.end();
    const second = await attempt(store, ["a", "b"], { b: "Success" });
    await second.end();
    const third = await attempt(store, ["a", "b"], {});
    for (const remembered of [third.previous, await store.rememberedRun(first.run.id)])
      assert.equal(
        remembered?.tasks.map(({ run, memory }) => [run.name, run.state.type, run.attempt, memory.attempt]),
        [
          ["a", "Success", 1, "a of attempt 1"],
          ["b", "Success", 2, "b of attempt 2"],
        ],
      );
    assert.is(third.previous?.summary.attempt, 2);
  });

  test("keep() leaves out what it does not know", async (store) => {
    const first = await attempt(store, ["a"], { a: "Success" });
    await store.keep(first.hold, ["no-such-task", `${first.run.id}/a`]);
    assert.equal(await rowsOf(store, first.run.id), [["a", "Success", 1, false]]);
  });

  test("cached() finds what an earlier attempt made", async (store) => {
    const { run, hold, end } = await attempt(store, ["a"], {});
    await store.append(hold, [transitionOf(run.id, "a", "Success", { memory: { cacheKey: "k", cacheExpires: null } })]);
    await end();
    const next = await attempt(store, ["a"], { a: "Running" });
    assert.is((await store.cached("k", 0))?.run.attempt, 1);
    await next.end();
  });
}
