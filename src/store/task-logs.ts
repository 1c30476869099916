import type { LogRecord } from "../contracts/records.js";
import type { Session } from "./database.js";
import { checksumOf, isWhole, parse } from "./row-checksum.js";

/** Keeps lines with the newest row of the task run that wrote them. */
export async function writeLogs(session: Session, lines: readonly LogRecord[]): Promise<void> {
  const rows = lines.map((line) => {
    const text = JSON.stringify(line);
    return [line.taskRunId, text, checksumOf(text)];
  });
  await session.run(
    `INSERT INTO logs (task_run, record, checksum)
     SELECT (SELECT number FROM task_runs WHERE id = value->>0 ORDER BY attempt DESC LIMIT 1), value->>1, value->>2
     FROM json_each(?)`,
    JSON.stringify(rows),
  );
}

/** The lines that a task run wrote in all attempts, oldest first. */
export async function readLogs(session: Session, taskRunId: string): Promise<LogRecord[]> {
  const rows = await session.all(
    `SELECT logs.record, logs.checksum FROM logs JOIN task_runs ON task_runs.number = logs.task_run
     WHERE task_runs.id = ? ORDER BY logs.number`,
    taskRunId,
  );
  return rows.map((row) =>
    isWhole(row, "record", "checksum")
      ? parse<LogRecord>(row, "record")
      : { taskRunId, timestamp: 0, text: "[this line is damaged in the store]" },
  );
}
