import type { Driver } from "./driver.js";

/** In the file's header, so that no other program's database is taken for a store: "Cell" in ASCII. */
export const APPLICATION_ID = 0x43656c6c;

/** What an owner's id ended in, up to version 3, once it was found to be dead. */
const BURIED = " (dead)";

/**
 * Version 4: attempts are kept apart. A row of `task_runs` is a task run in one attempt of its run, and `flow_runs`
 * holds what is searched by, of the newest attempt. Rows of older versions have their state inside `record` (`state`
 * is empty). `holder_id` is who may write; nobody may where its owner was found to be dead.
 */
const ATTEMPTS_APART = `
  CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    flow_id INTEGER NOT NULL REFERENCES flows (id),
    attempt INTEGER NOT NULL,
    holder_id TEXT REFERENCES owners (id),
    occurrence INTEGER NOT NULL,
    parameters_key TEXT,
    type TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
  ) STRICT;
  INSERT INTO runs SELECT number, id, flow_id, attempt,
    CASE WHEN owner_id LIKE '%${BURIED}' THEN NULL ELSE owner_id END, 1, NULL, type, created_at, ended_at FROM flow_runs;

  CREATE TABLE attempts (
    number INTEGER PRIMARY KEY,
    flow_run INTEGER NOT NULL REFERENCES flow_runs (number) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    owner_id TEXT NOT NULL REFERENCES owners (id),
    begun_by TEXT UNIQUE,
    record TEXT NOT NULL,
    checksum INTEGER,
    parameters TEXT,
    parameters_checksum INTEGER
  ) STRICT;
  INSERT INTO attempts (flow_run, attempt, owner_id, record)
    SELECT number, attempt, owner_id, record FROM flow_runs;
  CREATE UNIQUE INDEX attempts_of_run ON attempts (flow_run, attempt);
  CREATE INDEX attempts_of_owner ON attempts (owner_id);

  CREATE TABLE attempt_graphs (
    number INTEGER PRIMARY KEY REFERENCES attempts (number) ON DELETE CASCADE,
    graph TEXT NOT NULL,
    checksum INTEGER
  ) STRICT;
  INSERT INTO attempt_graphs (number, graph)
    SELECT attempts.number, graph FROM attempts JOIN flow_runs ON flow_runs.number = attempts.flow_run
    JOIN graphs ON graphs.flow_run_id = flow_runs.id;

  CREATE TABLE tasks (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    flow_run INTEGER NOT NULL REFERENCES flow_runs (number) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    type TEXT NOT NULL,
    ended_at INTEGER,
    cache_key TEXT,
    cache_expires INTEGER,
    kept INTEGER NOT NULL,
    attempt_id TEXT,
    state TEXT NOT NULL,
    state_checksum INTEGER,
    record TEXT NOT NULL,
    memory TEXT NOT NULL,
    checksum INTEGER
  ) STRICT;
  INSERT INTO tasks SELECT task_runs.number, task_runs.id, flow_runs.number, flow_runs.attempt, task_runs.type,
    task_runs.ended_at, cache_key, cache_expires, 0, NULL, '', NULL, task_runs.record, memory, checksum
    FROM task_runs JOIN flow_runs ON flow_runs.id = task_runs.flow_run_id;

  DROP TABLE task_runs;
  DROP TABLE graphs;
  DROP TABLE flow_runs;
  ALTER TABLE runs RENAME TO flow_runs;
  ALTER TABLE tasks RENAME TO task_runs;
  CREATE INDEX runs_of_flow ON flow_runs (flow_id);
  CREATE INDEX runs_of_type ON flow_runs (type);
  CREATE INDEX runs_of_holder ON flow_runs (holder_id);
  CREATE INDEX runs_of_occurrence ON flow_runs (flow_id, occurrence);
  CREATE INDEX runs_of_parameters ON flow_runs (flow_id, parameters_key, occurrence);
  CREATE UNIQUE INDEX attempts_of_task ON task_runs (id, attempt);
  CREATE INDEX tasks_of_run ON task_runs (flow_run);
  CREATE INDEX newest_of_cache_key ON task_runs (cache_key) WHERE cache_key IS NOT NULL;

  CREATE TABLE kept_task_runs (
    task_run INTEGER NOT NULL REFERENCES task_runs (number) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    PRIMARY KEY (task_run, attempt)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE states ADD COLUMN checksum INTEGER;
  ALTER TABLE states ADD COLUMN attempt_id TEXT;
  CREATE TRIGGER history_begins AFTER INSERT ON task_runs
    WHEN NOT new.kept OR NOT EXISTS (SELECT 1 FROM task_runs WHERE id = new.id AND attempt < new.attempt)
    BEGIN INSERT INTO states (task_run, record, checksum, attempt_id)
      VALUES (new.number, new.state, new.state_checksum, new.attempt_id); END;
  CREATE TRIGGER history_goes_on AFTER UPDATE ON task_runs WHEN NOT new.kept
    BEGIN INSERT INTO states (task_run, record, checksum, attempt_id)
      VALUES (new.number, new.state, new.state_checksum, new.attempt_id); END;

  ALTER TABLE results ADD COLUMN checksum INTEGER;
  ALTER TABLE logs ADD COLUMN checksum INTEGER;
  ALTER TABLE owners ADD COLUMN beats INTEGER NOT NULL DEFAULT 0;
  `;

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
  ATTEMPTS_APART,
];

/** The version this program writes and the newest it reads. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings an opened file to SCHEMA_VERSION in one transaction; another process may be doing the same. Foreign keys are
 * off meanwhile: a table that is made anew would take what refers to it along. https://www.sqlite.org/lang_altertable.html
 */
export async function migrate(driver: Driver): Promise<void> {
  if ((await readNumber(driver, "user_version")) === SCHEMA_VERSION) return;
  await driver.exec("PRAGMA foreign_keys = OFF");
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
