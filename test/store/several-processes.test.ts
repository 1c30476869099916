import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStore, openStoreHere } from "../../src/store/open-store.js";
import { RunOwnedError, type Store } from "../../src/store/store.js";
import { rejects } from "./rejects.js";
import { appendTo, beginRun, graphOf, resultOf, runOf, self, transitionOf } from "./sample-records.js";
import { freshPath } from "./scratch.js";

/** Two kernels and a command-line program, on a store that none of them has seen before. */
const openThree = (path: string): Promise<Store[]> =>
  Promise.all([openStore(path), openStore(path), openStoreHere(path)]);

test("three processes open, write and collect in one store without a word about locks", async () => {
  const stores = await openThree(freshPath());
  const tasks = 150;
  await Promise.all(
    stores.map(async (store, number) => {
      const runId = `run-${number}`;
      await beginRun(store, runOf(runId, { createdAt: number }), graphOf("a"), self);
      await Promise.all(
        Array.from({ length: 4 }, async (_, worker) => {
          for (let mapIndex = worker; mapIndex < tasks; mapIndex += 4) {
            const result = resultOf(`${mapIndex} ${"x".repeat(mapIndex % 50 === 0 ? 70_000 : 100)}`);
            await appendTo(store, [transitionOf(runId, "a", "Running", { mapIndex })]);
            await appendTo(store, [transitionOf(runId, "a", "Success", { mapIndex, result })]);
            if (mapIndex % 50 === 0) await store.gc({ olderThan: 9_999, keepLast: 0, dryRun: false });
          }
        }),
      );
    }),
  );
  for (const store of stores) {
    for (const number of [0, 1, 2]) {
      const run = await store.flowRun(`run-${number}`);
      assert.is(run?.tasks.length, tasks);
      for (const { state } of run!.tasks) assert.ok(await store.readResult(state.result.id!));
    }
  }
  await Promise.all(stores.map((store) => store.close()));
});

test("of several that begin the same attempt, one does", async () => {
  const stores = await openThree(freshPath());
  const begun = await Promise.allSettled(
    stores.map((store, number) => beginRun(store, runOf("r"), [], { ...self, id: `owner-${number}` })),
  );
  assert.is(begun.filter(({ status }) => status === "fulfilled").length, 1);
  const errors = begun.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  for (const error of errors) assert.instance(error, RunOwnedError);
  const { message } = await rejects(
    beginRun(stores[0]!, runOf("r", { attempt: 2 }), [], { ...self, id: "late" }),
    /runs/,
  );
  assert.ok(message.includes(String(process.pid)));
  await Promise.all(stores.map((store) => store.close()));
});

test("what a dead owner's store still has to write comes too late once another found the owner dead", async () => {
  const path = freshPath();
  const [late, store] = [await openStoreHere(path), await openStoreHere(path)];
  const dead = { ...self, id: "dead", pid: 2 ** 22 + 1 };
  const success = (mapIndex: number, text: string) =>
    transitionOf("r", "a", "Success", { mapIndex, result: resultOf(text) });
  const hold = await beginRun(late, runOf("r"), graphOf("a"), dead);
  await late.append(hold, [transitionOf("r", "a", "Running", { mapIndex: 1 })]);
  await late.append(hold, [success(0, "in time")]);
  const refused = async (why: RegExp) => {
    assert.instance(await rejects(late.append(hold, [success(1, "late")]), why), RunOwnedError);
    await rejects(late.append(hold, [], { run: runOf("r", { endedAt: 1 }) }), why);
  };
  await store.rememberedRun("r");
  await refused(/its process was silent for too long and another process marked it Crashed; run it again/);
  const next = await beginRun(store, runOf("r", { attempt: 2 }), graphOf("a"), self);
  await refused(/another process took it over/);
  await store.append(next, [success(1, "again")]);
  const types = (await store.history("r/a/1")).map(({ type }) => type);
  assert.equal(types, ["Running", "Crashed", "Success"]);
  assert.is(await store.readResult(resultOf("in time").id), '"in time"');
  assert.is((await store.flowRun("r"))?.attempt, 2);
  await Promise.all([late.close(), store.close()]);
});

test.run();
