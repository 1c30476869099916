import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { openStore, openStoreHere } from "../../src/store/open-store.js";
import type { Store } from "../../src/store/store.js";
import { rejects } from "./rejects.js";
import { askOf, resultOf, runOf, stateOf, transitionOf } from "./sample-records.js";
import { freshPath } from "./scratch.js";

/** What people do to a store that is in use, and the word for it. */
const LOSSES: { readonly [what: string]: readonly [fate: string, lose: (path: string) => void] } = {
  "whose folder was removed": ["removed", (path) => rmSync(dirname(path), { recursive: true })],
  "whose folder was renamed": ["removed", (path) => renameSync(dirname(path), `${dirname(path)}-old`)],
  "whose file was removed": ["removed", (path) => rmSync(path)],
  "whose file was renamed": ["removed", (path) => renameSync(path, `${path}.old`)],
  "whose folder was replaced by a copy": [
    "replaced",
    (path) => {
      cpSync(dirname(path), `${dirname(path)}-copy`, { recursive: true });
      rmSync(dirname(path), { recursive: true });
      renameSync(`${dirname(path)}-copy`, dirname(path));
    },
  ],
  "whose folder was replaced by an empty one": [
    "removed",
    (path) => {
      rmSync(dirname(path), { recursive: true });
      mkdirSync(dirname(path));
    },
  ],
  "whose file was replaced by an empty one": [
    "replaced",
    (path) => {
      writeFileSync(`${path}.new`, "");
      renameSync(`${path}.new`, path);
    },
  ],
};
const PLACES = {
  "in this process": openStoreHere,
  "in a store process": openStore,
} as const;

const success = (runId: string, value: unknown) => transitionOf(runId, "a", "Success", { result: resultOf(value) });
const ended = (id: string) => ({ run: runOf(id, { state: stateOf("Success"), endedAt: 2_000 }) });

async function expectStored(path: string, runId: string, value: unknown): Promise<void> {
  const store = await openStoreHere(path);
  assert.is((await store.flowRun(runId))?.tasks[0]?.state.type, "Success");
  assert.is(await store.readResult(resultOf(value).id), JSON.stringify(value));
  await store.close();
}

const test = suite("a store that is lost");
for (const [where, open] of Object.entries(PLACES))
  for (const [what, [fate, lose]] of Object.entries(LOSSES)) {
    const used = async (): Promise<{ store: Store; path: string }> => {
      const path = join(dirname(freshPath()), ".cellar", "store.db");
      const store = await open(path);
      const { hold } = await store.begin(askOf("first"));
      await store.append(hold, [success("first", "before")], ended("first"));
      return { store, path };
    };

    test(`${what} is told to the next run, which is stored (${where})`, async () => {
      const { store, path } = await used();
      lose(path);
      const { run, hold, notices } = await store.begin(askOf("second"));
      assert.is(run.id, "second");
      assert.is(notices.length, 1);
      assert.ok(notices[0]!.includes(`The store ${JSON.stringify(path)} was ${fate} while it was in use`), notices[0]);
      const large = "x".repeat(100_000);
      await store.append(hold, [success("second", large)], ended("second"));
      const again = await store.begin(askOf("third"));
      assert.equal(again.notices, []);
      await store.close();
      await expectStored(path, "second", large);
    });

    test(`${what} during a run is told to that run (${where})`, async () => {
      const { store, path } = await used();
      const { hold } = await store.begin(askOf("second"));
      lose(path);
      await Promise.allSettled([store.append(hold, [success("second", 1)])]);
      const told = new RegExp(
        `Cannot write to run "second": The store .* was ${fate} while it was in use.*run it again`,
      );
      await rejects(store.append(hold, [], ended("second")), told);
      await rejects(store.append(hold, [success("second", 2)]), told);
      await rejects(store.log(hold, []), told);
      await rejects(store.confirm(hold), told);
      const next = await store.begin(askOf("third"));
      assert.is(next.hold.runId === "second", fate === "replaced" && next.hold.attempt === 2);
      await store.append(next.hold, [success(next.run.id, 3)], {
        run: { ...next.run, ...ended("x").run, id: next.run.id },
      });
      await store.close();
      await expectStored(path, next.run.id, 3);
    });

    test(`${what} is no longer listed (${where})`, async () => {
      const { store, path } = await used();
      lose(path);
      const isCopy = what.endsWith("a copy");
      assert.equal(
        (await store.flowRuns()).map(({ id }) => id),
        isCopy ? ["first"] : [],
      );
      assert.is((await store.begin(askOf("second"))).notices.length, 1);
      await store.close();
      assert.ok(existsSync(path));
    });
  }

test("a task whose result was in the lost store is refused, not stored without it", async () => {
  const path = join(dirname(freshPath()), ".cellar", "store.db");
  const store = await openStoreHere(path);
  const { hold } = await store.begin(askOf("first"));
  await store.append(hold, [success("first", "value")], ended("first"));
  rmSync(dirname(path), { recursive: true });
  const next = await store.begin(askOf("second"));
  const { run, memory } = success("second", "value");
  await rejects(
    store.append(next.hold, [{ run, memory, results: [] }]),
    /Cannot store task "a": its result was in the store/,
  );
  await store.append(next.hold, [success("second", "value")]);
  await store.append(next.hold, [{ run, memory, results: [] }]);
  await store.close();
  assert.ok(readdirSync(dirname(path)).includes("store.db"));
});
test.run();
