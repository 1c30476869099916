import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as cellar from "../../src/index.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { SCHEMA_VERSION } from "../../src/store/schema.js";

/** Stores that the code of each version wrote: see make-golden.mjs there. */
const GOLDEN = new URL("../../../test/store/golden/", import.meta.url);
interface Calls {
  readonly [name: string]: cellar.TaskCall;
}
const { goldenFlow } = (await import(new URL("golden-flow.mjs", GOLDEN).href)) as {
  goldenFlow(library: typeof cellar, state: { fails: boolean }): cellar.Flow<Calls>;
};

const EXPECTED = {
  small: { when: new Date(0), big: 12n, list: [1, undefined, Number.NaN] },
  large: `${"x".repeat(70_000)} end`,
  items: [2, 4, 6],
  cached: "kept for long",
  gate: 4,
};

/** Puts the store of a version into a folder and gives its path. */
function unpack(version: number, folder: string): string {
  for (const name of readdirSync(GOLDEN).filter((each) => each.startsWith(`version-${version}.`))) {
    const content = gunzipSync(readFileSync(new URL(name, GOLDEN)));
    const [, id = ""] = name.split(".");
    if (name.endsWith(".blob.gz")) {
      mkdirSync(join(folder, "blobs", id.slice(0, 2)), { recursive: true });
      writeFileSync(join(folder, "blobs", id.slice(0, 2), id.slice(2)), content);
    } else writeFileSync(join(folder, "store.db"), content);
  }
  return join(folder, "store.db");
}

for (let version = 1; version <= SCHEMA_VERSION; version += 1)
  test(`a store that version ${version} wrote is listed, read and resumed, its attempt kept as it was`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "cellar-golden-"));
    const store = await openStoreHere(unpack(version, folder));
    const [run] = await store.flowRuns();
    assert.equal([run?.flow, run?.state.type, run?.attempt], ["golden", "Failed", 1]);
    for (const { id, state } of (await store.flowRun(run!.id))!.tasks) {
      assert.equal((await store.history(id)).at(-1)?.type, state.type);
      if (state.type !== "Failed" && state.result.id) await store.readResult(state.result.id);
    }
    const left = (await store.flowRun(run!.id))!;
    const flow = goldenFlow(cellar, { fails: false });
    const state = await flow.run({ store, resume: run!.id });
    assert.is(state.type, "Success");
    for (const [name, value] of Object.entries(EXPECTED))
      assert.equal(state.result.get(flow.calls[name]!).result, value, name);
    const resumed = (await store.flowRuns())[0]!;
    // What is kept depends on how this version forms the keys of sources, which is not the store's.
    assert.equal([resumed.attempt, resumed.kept + resumed.ran], [2, 7]);
    assert.equal(
      (await store.flowRun(run!.id, 1))!.tasks.map(({ name, state }) => [name, state.type]),
      left.tasks.map(({ name, state }) => [name, state.type]),
    );
    const fresh = await flow.run({ store, resume: "never" });
    assert.match(fresh.result.get(flow.calls.cached!).message ?? "", "cache");
    await store.close();
    rmSync(folder, { recursive: true });
  });

test("each version of the schema has a store kept from its own time", () => {
  const versions = readdirSync(fileURLToPath(GOLDEN)).flatMap(
    (name) => /^version-(\d+)\.db\.gz$/.exec(name)?.[1] ?? [],
  );
  assert.equal(
    versions.map(Number).sort(),
    Array.from({ length: SCHEMA_VERSION }, (_, place) => place + 1),
  );
});

test.run();
