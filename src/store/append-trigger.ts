/**
 * Rows go in by one statement, however many and into however many tables: the cost of a commit is its way to SQLite
 * and back, of a transition its JSON. The statement inserts into a view of the connection's own whose trigger deals
 * out what each column holds: JSON arrays of rows, a row being an array whose records are text already, so that
 * SQLite has nothing to take apart.
 */
export const APPEND_TRIGGER = `
  CREATE TEMP VIEW IF NOT EXISTS appended AS SELECT NULL AS results, NULL AS result_blobs, NULL AS task_runs, NULL AS flow_runs, NULL AS holders;
  CREATE TEMP TRIGGER IF NOT EXISTS append_rows INSTEAD OF INSERT ON appended BEGIN
    SELECT raise(ABORT, 'flow run taken over') FROM json_each(new.holders) AS held JOIN flow_runs
    WHERE flow_runs.id = held.value->>0 AND flow_runs.owner_id <> held.value->>1;

    INSERT INTO results (id, bytes, serializer, preview, made_by, text)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5 FROM json_each(new.results) WHERE true
    ON CONFLICT (id) DO UPDATE SET text = excluded.text WHERE text IS NOT excluded.text;

    INSERT OR IGNORE INTO result_blobs (result_id, blob_id, bytes)
    SELECT value->>0, value->>1, value->>2 FROM json_each(new.result_blobs);

    INSERT INTO task_runs (id, flow_run_id, type, ended_at, cache_key, cache_expires, record, memory, checksum)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
    FROM json_each(new.task_runs) WHERE true
    ON CONFLICT (id) DO UPDATE SET type = excluded.type, ended_at = excluded.ended_at, cache_key = excluded.cache_key,
      cache_expires = excluded.cache_expires, record = excluded.record, memory = excluded.memory,
      checksum = excluded.checksum;

    SELECT raise(ABORT, 'no such flow run') FROM json_each(new.flow_runs)
    WHERE value->>0 NOT IN (SELECT id FROM flow_runs);
    UPDATE flow_runs SET type = changed.value->>1, ended_at = changed.value->>2, record = changed.value->>3
    FROM json_each(new.flow_runs) AS changed WHERE flow_runs.id = changed.value->>0;
  END`;

/** Takes five parameters, one for each column of the view. */
export const APPEND =
  "INSERT INTO appended (results, result_blobs, task_runs, flow_runs, holders) VALUES (?, ?, ?, ?, ?)";
/** In the message of SQLite's error when a run's owner is another than its holder. */
export const TAKEN_OVER = "flow run taken over";
/** In the message of SQLite's error when a change names a run that the store does not have. */
export const NO_SUCH_RUN = "no such flow run";
