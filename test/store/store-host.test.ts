import { mkdirSync, writeFileSync } from "node:fs";
import { rename } from "node:fs/promises";
import { dirname } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStore, openStoreHere } from "../../src/store/open-store.js";
import type { Store } from "../../src/store/store.js";
import { childrenOf, killIfThere } from "../reliability/children-of.js";
import { rejects } from "./rejects.js";
import { appendTo, beginRun, graphOf, holdOf, resultOf, runOf, self, stateOf, transitionOf } from "./sample-records.js";
import { freshPath } from "./scratch.js";

const success = (mapIndex: number) => {
  const result = resultOf(`value ${mapIndex} ${"x".repeat(mapIndex % 40 === 0 ? 70_000 : 10)}`);
  return transitionOf("r", "a", "Success", { mapIndex, result });
};

/** Ends the store process by force. */
const killHost = (): void => childrenOf(process.pid).forEach(killIfThere);

async function expectEachOnce(path: string, count: number): Promise<void> {
  const store = await openStoreHere(path);
  const { tasks } = (await store.flowRun("r"))!;
  assert.is(tasks.length, count);
  for (const { id, state } of tasks) {
    assert.equal(
      (await store.history(id)).map(({ type }) => type),
      ["Running", "Success"],
    );
    await store.readResult(state.result.id!);
  }
  await store.close();
}

test("a store process that is killed while much is asked is replaced; all is written, and nothing twice", async () => {
  const path = freshPath();
  const store = await openStore(path);
  await beginRun(store, runOf("r"), graphOf("a"), self);
  let written = 0;
  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let mapIndex = worker; mapIndex < 400; mapIndex += 8) {
        const running = appendTo(store, [transitionOf("r", "a", "Running", { mapIndex })]);
        await Promise.all([running, appendTo(store, [success(mapIndex)]), store.flowRuns()]);
        written += 1;
        if (written % 90 === 0) killHost();
      }
    }),
  );
  await appendTo(store, [], { run: runOf("r", { state: stateOf("Success"), endedAt: 2_000 }) });
  await store.close();
  await expectEachOnce(path, 400);
});

test("lines that a killed store process left unanswered are kept, each once", async () => {
  const store = await openStore(freshPath());
  await beginRun(store, runOf("r"), graphOf("a"), self);
  await appendTo(store, [transitionOf("r", "a", "Running")]);
  const texts = Array.from({ length: 60 }, (_, place) => `line ${place}`);
  for (const [timestamp, text] of texts.entries()) {
    const logged = store.log(holdOf("r"), [{ taskRunId: "r/a", timestamp, text }]);
    if (timestamp % 20 === 7) killHost();
    await logged;
  }
  assert.equal(
    (await store.logs("r/a")).map(({ text }) => text),
    texts,
  );
  await store.close();
});

test("a store process that is killed while nothing is asked is replaced when something is", async () => {
  const store: Store = await openStore(freshPath());
  killHost();
  assert.equal(await store.flowRuns(), []);
  killHost();
  await store.close();
});

test("a store process that cannot be replaced is told with the reason; once it can, the store works again", async () => {
  const path = freshPath();
  const store = await openStore(path);
  await beginRun(store, runOf("r"), graphOf("a"), self);
  await rename(dirname(path), `${dirname(path)}-away`);
  writeFileSync(dirname(path), "a file where the folder should be");
  killHost();
  await rejects(
    appendTo(store, [success(1)]),
    /^Cannot use store ".*": its process ended and does not start again: Cannot /,
  );
  await rename(dirname(path), `${dirname(path)}-file`);
  mkdirSync(dirname(path));
  await rename(`${dirname(path)}-away`, dirname(path));
  await appendTo(store, [success(1)]);
  assert.is((await store.flowRun("r"))?.tasks.length, 1);
  await store.close();
});

if (process.platform === "linux") test.run(); // elsewhere nothing tells which processes are this one's children
