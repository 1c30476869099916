import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openStore, openStoreHere } from "../../src/store/open-store.js";
import { resultSource, shelfOf } from "../../src/store/result-source.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { CorruptResultError, type Store } from "../../src/store/store.js";
import { rejects } from "./rejects.js";
import {
  appendTo,
  askOf,
  beginRun,
  graphOf,
  holdOf,
  resultOf,
  runOf,
  self,
  stateOf,
  transitionOf,
} from "./sample-records.js";
import { freshPath } from "./scratch.js";

const large = resultOf("z".repeat(100_000));
const small = resultOf("small");

async function storeWithResults(): Promise<string> {
  const path = freshPath();
  const store = await openStoreHere(path);
  await beginRun(store, runOf("r"), graphOf("load", "count"), self);
  await appendTo(store, [transitionOf("r", "load", "Success", { result: large, mapIndex: 3 })]);
  await appendTo(store, [transitionOf("r", "count", "Success", { result: small })]);
  await store.close();
  return path;
}

const blobOf = (path: string) => join(dirname(path), "blobs", large.id.slice(0, 2), large.id.slice(2));

const DAMAGES: { readonly [what: string]: (blob: string) => void } = {
  "a flipped bit": (blob) => {
    const bytes = readFileSync(blob);
    bytes[50_000]! ^= 1;
    writeFileSync(blob, bytes);
  },
  "a cut end": (blob) => truncateSync(blob, 99_000),
  "an empty file": (blob) => truncateSync(blob, 0),
  "a missing file": (blob) => rmSync(blob),
};

for (const [what, damage] of Object.entries(DAMAGES)) {
  for (const [where, open] of [
    ["here", openStoreHere],
    ["through a store process", openStore],
  ] as const) {
    test(`readResult() ${where} tells ${what} of a blob and names the task; storing again repairs it`, async () => {
      const path = await storeWithResults();
      damage(blobOf(path));
      const store = await open(path);
      const error = await rejects(store.readResult(large.id), /of task "load\[3\]".*damaged/);
      assert.instance(error, CorruptResultError);
      await appendTo(store, [transitionOf("r", "load", "Success", { result: large, mapIndex: 3 })]);
      assert.ok((await store.readResult(large.id)) === large.text);
      await store.close();
    });
  }
}

for (const [where, open] of [
  ["here", openStoreHere],
  ["through a store process", openStore],
] as const)
  test(`the bytes of a result ${where} tell their damage and name the task`, async () => {
    const path = await storeWithResults();
    const store = await open(path);
    const blob = await shelfOf(store, "load").keep(Buffer.alloc(100_000));
    const result = { ...resultOf({ blob }), blobs: [blob] };
    await appendTo(store, [transitionOf("r", "load", "Success", { result, mapIndex: 3 })]);
    truncateSync(join(await store.blobFolder(), blob.sha256.slice(0, 2), blob.sha256.slice(2)), 99_999);
    const shelf = resultSource(store).shelf(result.id);
    for (const read of [() => shelf.read(blob), () => shelf.open(blob)])
      assert.instance(await rejects(read(), /of task "load\[3\]".*damaged/), CorruptResultError);
    await store.close();
  });

test("readResult() tells damage of a value inside the database; storing again repairs it", async () => {
  const path = await storeWithResults();
  const driver = await openSqlite3(path);
  await driver.exec(`UPDATE results SET text = '"smell"' WHERE id = '${small.id}'`);
  await driver.close();
  const store = await openStoreHere(path);
  assert.instance(await rejects(store.readResult(small.id), /of task "count"/), CorruptResultError);
  await appendTo(store, [transitionOf("r", "count", "Success", { result: small })]);
  assert.is(await store.readResult(small.id), small.text);
  await store.close();
});

test("a task run whose row is damaged, though it is still JSON, is as good as never having run", async () => {
  const path = await storeWithResults();
  const driver = await openSqlite3(path);
  await driver.exec("UPDATE task_runs SET memory = replace(memory, 'source\"', 'sauces\"') WHERE id = 'r/count'");
  await driver.close();
  const store = await openStoreHere(path);
  const names = async () => (await store.rememberedRun("r"))!.tasks.map(({ run }) => run.name);
  assert.equal(await names(), ["load"]);
  await appendTo(store, [transitionOf("r", "count", "Success", { result: small })]);
  assert.equal(await names(), ["load", "count"]);
  await store.close();
});

test("a damaged row is no cache hit", async () => {
  const path = await storeWithResults();
  const store = await openStoreHere(path);
  const memory = { cacheKey: "key", cacheExpires: null };
  await appendTo(store, [transitionOf("r", "count", "Success", { result: small, memory })]);
  assert.is((await store.cached("key", 0))?.run.name, "count");
  const driver = await openSqlite3(path);
  await driver.exec(`UPDATE task_runs SET memory = replace(memory, '${small.id}', '${large.id}') WHERE id = 'r/count'`);
  await driver.close();
  assert.is(await store.cached("key", 0), undefined);
  await store.close();
});

test("a cache hit whose result is damaged comes without its text, which readResult() then tells", async () => {
  const path = await storeWithResults();
  const store = await openStoreHere(path);
  const memory = { cacheKey: "key", cacheExpires: null };
  await appendTo(store, [transitionOf("r", "count", "Success", { result: small, memory })]);
  assert.is((await store.cached("key", 0))?.text, small.text);
  const driver = await openSqlite3(path);
  await driver.exec(`UPDATE results SET text = '"smell"' WHERE id = '${small.id}'`);
  await driver.close();
  assert.is((await store.cached("key", 0))?.text, null);
  await rejects(store.readResult(small.id), /of task "count"/);
  await store.close();
});

/** What may stand where a blob was. Each is damage of that result, and none is waited for. */
const IN_THE_WAY: { readonly [what: string]: (path: string) => void } = {
  nothing: () => {},
  "a pipe": (path) => void execFileSync("mkfifo", [path]),
  "a folder": (path) => mkdirSync(path),
  "a folder with something in it": (path) => mkdirSync(join(path, "inside"), { recursive: true }),
  "a link to itself": (path) => symlinkSync(path, path),
  "a link to nothing": (path) => symlinkSync(`${path}-nowhere`, path),
  "a device": (path) => symlinkSync("/dev/zero", path),
  "an empty file": (path) => writeFileSync(path, ""),
  "another content": (path) => writeFileSync(path, "v".repeat(100_002)),
};
for (const [what, put] of Object.entries(IN_THE_WAY))
  test(`${what} in a blob's place is damage that names the task, and is replaced when the value is made again`, async () => {
    const path = await storeWithResults();
    const store = await openStoreHere(path);
    const file = join(dirname(path), "blobs", large.id.slice(0, 2), large.id.slice(2));
    const kept = await shelfOf(store, "load").keep(Buffer.alloc(100_000, 1));
    const keptFile = join(dirname(path), "blobs", kept.sha256.slice(0, 2), kept.sha256.slice(2));
    for (const each of [file, keptFile]) {
      rmSync(each);
      put(each);
    }
    const naming = /of task "load(\[3\])?": what is stored is damaged/;
    assert.instance(await rejects(store.readResult(large.id), naming), CorruptResultError);
    for (const read of [() => shelfOf(store, "load").read(kept), () => shelfOf(store, "load").open(kept)])
      assert.instance(await rejects(read(), naming), CorruptResultError);
    await appendTo(store, [transitionOf("r", "load", "Success", { result: large, mapIndex: 3 })]);
    assert.is(await store.readResult(large.id), large.text);
    assert.equal(await shelfOf(store, "load").keep(Buffer.alloc(100_000, 1)), kept);
    assert.is((await shelfOf(store, "load").read(kept)).byteLength, 100_000);
    await store.close();
  });

/** Columns in which a flipped bit leaves JSON that says something else: what is read then, and what tells of it. */
const FLIPPED: readonly (readonly [
  column: string,
  from: string,
  read: (store: Store) => Promise<unknown>,
  told: RegExp,
])[] = [
  [
    "attempts.record",
    "etl",
    async (store) => (await store.flowRuns())[0]?.state.message,
    /record of this attempt is damaged/,
  ],
  [
    "attempts.record",
    "etl",
    async (store) => (await store.flowRun("r"))?.state.message,
    /record of this attempt is damaged/,
  ],
  [
    "attempts.record",
    "etl",
    async (store) => (await store.attempts("r"))[0]?.state.message,
    /record of this attempt is damaged/,
  ],
  [
    "attempts.record",
    "{",
    async (store) => (await store.flowRuns())[0]?.state.message,
    /record of this attempt is damaged/,
  ],
  [
    "attempt_graphs.graph",
    "count",
    async (store) => (await store.flowRun("r"))?.state.message,
    /copy of its graph is damaged/,
  ],
  [
    "task_runs.state",
    "Success",
    async (store) => (await store.flowRun("r"))?.state.message,
    /2 of its task runs are damaged/,
  ],
  [
    "task_runs.state",
    "small",
    async (store) => (await store.flowRun("r"))?.state.message,
    /1 of its task runs are damaged/,
  ],
  ["task_runs.record", "count", async (store) => (await store.rememberedRun("r"))?.tasks.length, /^1$/],
  ["states.record", "Success", (store) => store.history("r/count"), /damaged/],
  ["states.record", "small", (store) => store.history("r/count"), /damaged/],
  ["logs.record", "line", async (store) => (await store.logs("r/count"))[0]?.text, /this line is damaged in the store/],
  ["results.made_by", "count", (store) => store.madeBy(small.id), /^unknown$/],
  ["results.preview", "small", (store) => store.madeBy(small.id), /^unknown$/],
  [
    "attempts.parameters",
    "limit",
    async (store) => {
      const { parametersText, notices } = await store.begin(askOf("next", { choice: { kind: "run", id: "r" } }));
      return `${parametersText} ${notices}`;
    },
    /^null The parameters of run "r" are damaged in the store: it runs with those given now$/,
  ],
];
for (const [column, from, read, told] of FLIPPED)
  test(`a flipped bit in ${column} (${from}) is told, and what it says is not shown (${told.source})`, async () => {
    const path = await storeWithResults();
    const store = await openStoreHere(path);
    await store.log(holdOf("r"), [{ taskRunId: "r/count", timestamp: 1, text: "line" }]);
    await store.setParameters(holdOf("r"), { text: '{"limit":3}', key: "key", shown: { limit: 3 } });
    await appendTo(store, [], { run: runOf("r", { state: stateOf("Failed"), endedAt: 2_000 }) });
    const [table, name] = column.split(".");
    const driver = await openSqlite3(path);
    await driver.exec(`DROP TRIGGER history_goes_on; DROP TRIGGER history_is_never_rewritten`);
    const flipped = `${String.fromCharCode(from.charCodeAt(0) ^ 1)}${from.slice(1)}`;
    await driver.exec(`UPDATE ${table} SET ${name} = replace(${name}, '${from}', '${flipped}')`);
    await driver.close();
    const seen = await read(store).catch((error: Error) => error.message);
    assert.match(String(seen), told);
    await store.close();
  });

test("append() rejects when a blob cannot be written, and the next one is unharmed", async () => {
  const path = await storeWithResults();
  const other = resultOf("w".repeat(100_000));
  const folder = join(dirname(path), "blobs", other.id.slice(0, 2));
  rmSync(folder, { recursive: true, force: true });
  writeFileSync(folder, "a file where a folder should be");
  const store = await openStoreHere(path);
  const [failed, written] = await Promise.allSettled([
    appendTo(store, [transitionOf("r", "load", "Success", { result: other })]),
    appendTo(store, [transitionOf("r", "count", "Running")]),
  ]);
  assert.is(failed?.status, "rejected");
  assert.match((failed as PromiseRejectedResult).reason.message, /Cannot (read|store) result/);
  assert.is(written?.status, "fulfilled");
  await rejects(store.readResult(other.id), /does not have it/);
  await store.close();
});

test("a large value lies in one file named for its content, without leftovers", async () => {
  const path = await storeWithResults();
  const names = readdirSync(join(dirname(path), "blobs"), { recursive: true, encoding: "utf8" });
  assert.equal(names.sort(), [large.id.slice(0, 2), join(large.id.slice(0, 2), large.id.slice(2))]);
  assert.is(statSync(blobOf(path)).size, large.bytes);
});

test.run();
