/**
 * Rows go in by one statement, however many and into however many tables: the cost of a commit is its way to SQLite
 * and back, of a transition its JSON. The statement inserts into a view of the connection's own whose trigger deals
 * out what each column holds: JSON arrays of rows, a row being an array whose records are text already, so that
 * SQLite has nothing to take apart. Nothing is written where one of the holds is no longer valid.
 */
export const APPEND_TRIGGER = `
  CREATE TEMP VIEW IF NOT EXISTS appended AS SELECT NULL AS holds, NULL AS results, NULL AS result_blobs, NULL AS task_runs, NULL AS flow_runs;
  CREATE TEMP TRIGGER IF NOT EXISTS append_rows INSTEAD OF INSERT ON appended BEGIN
    SELECT raise(ABORT, 'flow run is not held') FROM json_each(new.holds) AS held
    LEFT JOIN flow_runs ON flow_runs.id = held.value->>0
    WHERE flow_runs.attempt IS NOT held.value->>1 OR flow_runs.holder_id IS NOT held.value->>2;

    INSERT INTO results (id, bytes, serializer, preview, made_by, text, checksum)
    SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6
    FROM json_each(new.results) WHERE true
    ON CONFLICT (id) DO UPDATE SET text = excluded.text WHERE text IS NOT excluded.text;

    INSERT OR IGNORE INTO result_blobs (result_id, blob_id, bytes)
    SELECT value->>0, value->>1, value->>2 FROM json_each(new.result_blobs);

    INSERT INTO task_runs (id, flow_run, attempt, type, ended_at, cache_key, cache_expires, kept, attempt_id,
      state, state_checksum, record, memory, checksum)
    SELECT value->>0, (SELECT number FROM flow_runs WHERE id = value->>1), value->>2, value->>3, value->>4, value->>5,
      value->>6, value->>7, value->>8, value->>9, value->>10, value->>11, value->>12, value->>13
    FROM json_each(new.task_runs) WHERE true
    ON CONFLICT (id, attempt) DO UPDATE SET type = excluded.type, ended_at = excluded.ended_at,
      cache_key = excluded.cache_key, cache_expires = excluded.cache_expires, kept = excluded.kept,
      attempt_id = excluded.attempt_id, state = excluded.state, state_checksum = excluded.state_checksum,
      record = excluded.record, memory = excluded.memory, checksum = excluded.checksum;

    UPDATE flow_runs SET type = changed.value->>1, ended_at = changed.value->>2
    FROM json_each(new.flow_runs) AS changed WHERE flow_runs.id = changed.value->>0;
    UPDATE attempts SET record = changed.value->>3, checksum = changed.value->>4
    FROM json_each(new.flow_runs) AS changed JOIN flow_runs ON flow_runs.id = changed.value->>0
    WHERE attempts.flow_run = flow_runs.number AND attempts.attempt = flow_runs.attempt;
  END`;

/** Takes five parameters, one for each column of the view. */
export const APPEND =
  "INSERT INTO appended (holds, results, result_blobs, task_runs, flow_runs) VALUES (?, ?, ?, ?, ?)";
/** In the message of SQLite's error when a run is unknown, or held by another attempt or owner. */
export const NOT_HELD = "flow run is not held";
