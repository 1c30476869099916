import type { Driver } from "./driver.js";

/** In the file's header, so that no other program's database is taken for a store: "Cell" in ASCII. */
export const APPLICATION_ID = 0x43656c6c;

/**
 * What brings a file from version n (its `user_version`) to n + 1, n being the place in the list. A step
 * that was released is never changed again. Times are INTEGER milliseconds UTC; `record` and `memory` hold the
 * JSON of the records of the same names; the other columns repeat what is searched by. Each state of a task run
 * becomes history by itself; a kept one is no new state.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE flows (
    id INTEGER PRIMARY KEY,
    file TEXT,
    cell TEXT,
    flow TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX flow_of_place ON flows (flow, ifnull(file, ''), ifnull(cell, ''));
  CREATE INDEX flows_of_file ON flows (file);

  CREATE TABLE owners (
    id TEXT PRIMARY KEY,
    pid INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    machine TEXT NOT NULL,
    process_mark TEXT,
    beat_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE flow_runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    flow_id INTEGER NOT NULL REFERENCES flows (id),
    owner_id TEXT NOT NULL REFERENCES owners (id),
    type TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX newest_runs ON flow_runs (created_at);
  CREATE INDEX newest_runs_of_flow ON flow_runs (flow_id, created_at);
  CREATE INDEX newest_runs_of_type ON flow_runs (type, created_at);
  CREATE INDEX runs_of_owner ON flow_runs (owner_id);

  CREATE TABLE graphs (
    flow_run_id TEXT PRIMARY KEY REFERENCES flow_runs (id) ON DELETE CASCADE,
    graph TEXT NOT NULL
  ) STRICT;

  CREATE TABLE task_runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    flow_run_id TEXT NOT NULL REFERENCES flow_runs (id) ON DELETE CASCADE,
    type TEXT NOT NULL,
    ended_at INTEGER,
    cache_key TEXT,
    cache_expires INTEGER,
    record TEXT NOT NULL,
    memory TEXT NOT NULL
  ) STRICT;
  CREATE INDEX tasks_of_run ON task_runs (flow_run_id);
  CREATE INDEX newest_of_cache_key ON task_runs (cache_key, ended_at) WHERE cache_key IS NOT NULL;

  CREATE TABLE states (
    number INTEGER PRIMARY KEY,
    task_run INTEGER NOT NULL REFERENCES task_runs (number) ON DELETE CASCADE,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX states_of_task ON states (task_run);
  CREATE TRIGGER history_is_never_rewritten BEFORE UPDATE ON states
    BEGIN SELECT raise(ABORT, 'history is append-only'); END;
  CREATE TRIGGER history_begins AFTER INSERT ON task_runs
    BEGIN INSERT INTO states (task_run, record) VALUES (new.number, new.record->'state'); END;
  CREATE TRIGGER history_goes_on AFTER UPDATE ON task_runs WHEN NOT new.record->>'kept'
    BEGIN INSERT INTO states (task_run, record) VALUES (new.number, new.record->'state'); END;

  CREATE TABLE results (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    bytes INTEGER NOT NULL,
    serializer TEXT NOT NULL,
    preview TEXT NOT NULL,
    made_by TEXT NOT NULL,
    text TEXT
  ) STRICT;

  CREATE TABLE logs (
    number INTEGER PRIMARY KEY,
    task_run INTEGER NOT NULL REFERENCES task_runs (number) ON DELETE CASCADE,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX logs_of_task ON logs (task_run);
  `,
  "ALTER TABLE task_runs ADD COLUMN checksum INTEGER",
  `
  CREATE TABLE result_blobs (
    result_id TEXT NOT NULL REFERENCES results (id) ON DELETE CASCADE,
    blob_id TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (result_id, blob_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX results_of_blob ON result_blobs (blob_id);
  `,
];

/** The version this program writes and the newest it reads. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** Brings an opened file to SCHEMA_VERSION in one transaction; another process may be doing the same. */
export async function migrate(driver: Driver): Promise<void> {
  if ((await readNumber(driver, "user_version")) === SCHEMA_VERSION) return;
  await driver.exec("BEGIN IMMEDIATE");
  try {
    for (let version = await readNumber(driver, "user_version"); version < SCHEMA_VERSION; version += 1) {
      await driver.exec(MIGRATIONS[version]!);
      await driver.exec(`PRAGMA user_version = ${version + 1}; PRAGMA application_id = ${APPLICATION_ID}`);
    }
    await driver.exec("COMMIT");
  } catch (error) {
    await driver.exec("ROLLBACK").catch(() => {}); // the first error tells more
    throw error;
  }
}

/** Reads a pragma whose value is a number. */
export async function readNumber(driver: Driver, pragma: string): Promise<number> {
  return Number(await readPragma(driver, pragma));
}

/** Reads a pragma back: what SQLite does, not what it was asked. */
export async function readPragma(driver: Driver, pragma: string): Promise<string> {
  const [row] = await driver.query(`PRAGMA ${pragma}`);
  return String(Object.values(row ?? {})[0]);
}
