import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { storedResult } from "../../src/result/stored-result.js";
import { openDatabase } from "../../src/store/open-database.js";
import { openStore, openStoreHere } from "../../src/store/open-store.js";
import { resultSource } from "../../src/store/result-source.js";
import { APPLICATION_ID, MIGRATIONS, SCHEMA_VERSION } from "../../src/store/schema.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import { defaultStorePath } from "../../src/store/store-path.js";
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

/** A file where a store should be. */
function fileOf(content: string | Buffer): string {
  const path = freshPath();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

async function storedFile(): Promise<string> {
  const path = freshPath();
  const store = await openStoreHere(path);
  await beginRun(store, runOf("r"), graphOf("a"), self);
  for (let index = 0; index < 200; index += 1) {
    await appendTo(store, [transitionOf("r", "a", "Success", { mapIndex: index, result: resultOf(`value ${index}`) })]);
  }
  await store.close();
  return path;
}

test("openDatabase() writes ahead, syncs fully and keeps foreign keys", async () => {
  const driver = await openDatabase(freshPath(), openSqlite3);
  const value = async (pragma: string) => Object.values((await driver.query(`PRAGMA ${pragma}`))[0]!)[0];
  assert.is(await value("journal_mode"), "wal");
  assert.is(await value("synchronous"), 2);
  assert.is(await value("foreign_keys"), 1);
  assert.is(await value("user_version"), SCHEMA_VERSION);
  await driver.close();
});

test("openDatabase() makes a folder that git ignores, and leaves one that is there alone", async () => {
  const path = freshPath();
  await (await openDatabase(path, openSqlite3)).close();
  assert.is(readFileSync(join(dirname(path), ".gitignore"), "utf8"), "*\n");
  rmSync(join(dirname(path), ".gitignore"));
  await (await openDatabase(path, openSqlite3)).close();
  assert.not.ok(existsSync(join(dirname(path), ".gitignore")));
});

for (const [what, content] of [
  ["text", "This is not a database at all. ".repeat(100)],
  ["a picture", Buffer.from([0x89, 0x50, 0x4e, 0x47, ...Array.from({ length: 5000 }, (_, index) => index % 251)])],
] as const) {
  for (const [where, open] of [
    ["in this process", openStoreHere],
    ["in a store process", openStore],
  ] as const) {
    test(`opening ${what} ${where} names the file and the way out, which works`, async () => {
      const path = fileOf(content);
      const { message } = await rejects(open(path), /Cannot open store .* is not an SQLite database/);
      assert.ok(message.includes(path));
      assert.ok(readFileSync(path).equals(Buffer.from(content)), "the file is left as it was");
      execFileSync("sh", ["-c", message.slice(message.indexOf("mv "))]);
      await (await open(path)).close();
      assert.ok(readFileSync(`${path}.damaged`).equals(Buffer.from(content)));
    });
  }
}

test("opening an empty file makes it a store", async () => {
  const store = await openStoreHere(fileOf(""));
  assert.equal(await store.flowRuns(), []);
  await store.close();
});

test("opening another program's database is refused and leaves it as it was", async () => {
  const path = fileOf("");
  const driver = await openSqlite3(path);
  await driver.exec("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
  await driver.close();
  const before = readFileSync(path);
  await rejects(openStoreHere(path), /database of another program.*CELLAR_STORE.*mv /);
  assert.ok(readFileSync(path).equals(before));
});

test("a store of version 1 opens: what it has is remembered, and what is added is checked", async () => {
  const path = fileOf("");
  const old = await openSqlite3(path);
  await old.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1; PRAGMA application_id = ${APPLICATION_ID}`);
  const { run, memory } = transitionOf("r", "a", "Success");
  const text = (value: unknown) => `'${JSON.stringify(value)}'`;
  await old.exec(`
    INSERT INTO flows (id, flow) VALUES (1, 'etl');
    INSERT INTO owners (id, pid, started_at, machine, beat_at) VALUES ('gone', 1, 1, 'elsewhere', 1);
    INSERT INTO flow_runs (id, flow_id, owner_id, type, attempt, created_at, ended_at, record)
      VALUES ('r', 1, 'gone', 'Failed', 1, 1, 2, ${text({ ...runOf("r"), state: stateOf("Failed"), endedAt: 2 })});
    INSERT INTO graphs (flow_run_id, graph) VALUES ('r', ${text(graphOf("a"))});
    INSERT INTO task_runs (id, flow_run_id, type, record, memory)
      VALUES ('${run.id}', 'r', 'Success', ${text(run)}, ${text(memory)})`);
  await old.close();
  const store = await openStoreHere(path);
  assert.equal((await store.rememberedRun("r"))?.tasks, [{ run, memory }]);
  const { hold } = await store.begin(askOf("new", { place: { flow: "etl", file: null, cell: null } }));
  assert.equal(hold, holdOf("r", 2));
  await store.append(hold, [transitionOf("r", "a", "Skipped")]);
  assert.is((await store.rememberedRun("r"))?.tasks[0]?.run.state.type, "Skipped");
  assert.is((await store.flowRun("r", 1))?.tasks[0]?.state.type, "Success");
  await store.close();
});

test("a store of version 2, whose large bytes are base64 in texts, opens and gives its values", async () => {
  const path = fileOf("");
  const old = await openSqlite3(path);
  await old.exec(
    `${MIGRATIONS[0]}; ${MIGRATIONS[1]}; PRAGMA user_version = 2; PRAGMA application_id = ${APPLICATION_ID}`,
  );
  const image = Buffer.alloc(90_000, 200);
  const base64 = image.toString("base64");
  const texts = [
    `{"v":1,"root":[0],"nodes":[{"rows":[1],"bytes":[2]},["Array",[1,2]],["Uint8Array","AQID"]]}`,
    `{"v":1,"root":[0],"nodes":[{"image":[1]},["Buffer","${base64}"]]}`,
  ];
  const ids = texts.map((text) => createHash("sha256").update(text).digest("hex"));
  await old.exec(
    `INSERT INTO results (id, bytes, serializer, preview, made_by, text) VALUES
      ('${ids[0]}', ${texts[0]!.length}, '{"type":"value"}', '""', 'small', '${texts[0]}'),
      ('${ids[1]}', ${texts[1]!.length}, '{"type":"value"}', '""', 'large', NULL)`,
  );
  await old.close();
  const folder = join(dirname(path), "blobs", ids[1]!.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ids[1]!.slice(2)), texts[1]!);

  const store = await openStoreHere(path);
  const read = async (index: number) => {
    const reference = { id: ids[index]!, serializer: { type: "value" }, bytes: texts[index]!.length };
    return (await storedResult(reference, resultSource(store)).deserialize()).value;
  };
  assert.equal(await read(0), { rows: [1, 2], bytes: new Uint8Array([1, 2, 3]) });
  assert.ok(((await read(1)) as { image: Buffer }).image.equals(image));
  await store.close();
});

test("opening a newer Cellar's store is refused politely and leaves it as it was", async () => {
  const path = await storedFile();
  const driver = await openSqlite3(path);
  await driver.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 6}`);
  await driver.close();
  const before = readFileSync(path);
  await rejects(
    openStoreHere(path),
    new RegExp(
      `newer Cellar wrote it \\(store version ${SCHEMA_VERSION + 6}, this one knows up to ${SCHEMA_VERSION}\\)`,
    ),
  );
  assert.ok(readFileSync(path).equals(before));
  assert.equal(
    readdirSync(dirname(path)).filter((name) => name.includes("damaged")),
    [],
  );
});

test("damage inside the file is told with the way out, whatever is asked", async () => {
  const path = await storedFile();
  const bytes = readFileSync(path);
  bytes.fill(0xa5, 4096); // all pages but the first, which tells what the file is
  writeFileSync(path, bytes);
  await rejects(
    (async () => {
      const store = await openStoreHere(path);
      try {
        await store.flowRuns();
      } finally {
        await store.close();
      }
    })(),
    /Cannot (open|read) store .*the file is damaged.*mv /,
  );
  assert.ok(readFileSync(path).equals(bytes));
});

test("opening in a folder that cannot be made says so", async () => {
  const file = fileOf("a file, not a folder");
  await rejects(openStoreHere(join(file, "store.db")), /Cannot open store .*(folder|file)/);
});

test("defaultStorePath() is .cellar/store.db of the folder, or CELLAR_STORE", () => {
  const before = process.env.CELLAR_STORE;
  try {
    delete process.env.CELLAR_STORE;
    assert.is(defaultStorePath("/notes"), join("/notes", ".cellar", "store.db"));
    process.env.CELLAR_STORE = "kept/here.db";
    assert.is(defaultStorePath("/notes"), join("/notes", "kept", "here.db"));
    process.env.CELLAR_STORE = "/elsewhere/s.db";
    assert.is(defaultStorePath("/notes"), "/elsewhere/s.db");
  } finally {
    if (before === undefined) delete process.env.CELLAR_STORE;
    else process.env.CELLAR_STORE = before;
  }
});

test.run();
