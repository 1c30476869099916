import type { FlowRunSummary } from "../contracts/records.js";
import { APPEND, NOT_HELD } from "./append-trigger.js";
import type { RunHold } from "./begin-ask.js";
import type { Session } from "./database.js";
import { SqlError, type SqlValue } from "./driver.js";
import { checkHold } from "./holds.js";
import { checksumOf } from "./row-checksum.js";
import type { ResultWrite, RunChange, Transition } from "./store.js";
import type { ResultId } from "./task-memory.js";

/** What one attempt of a run appends. */
export interface Append {
  readonly hold: RunHold;
  readonly transitions: readonly Transition[];
  readonly change?: RunChange | undefined;
}

/**
 * Writes what many appends ask, in their order, by one statement.
 * @throws {RangeError} when one names an unknown run, {RunOwnedError} when another took a run over from its holder:
 * what a dead script's store process still had to write comes too late then.
 */
export async function writeAppends(
  session: Session,
  appends: readonly Append[],
  isBlob: (result: ResultWrite) => boolean,
): Promise<void> {
  const transitions = appends.flatMap((append) => append.transitions);
  const results = [resultRows(transitions, isBlob), blobRows(transitions)];
  try {
    await session.run(APPEND, holdRows(appends), ...results, taskRunRows(appends), flowRunRows(appends));
  } catch (error) {
    if (!(error instanceof SqlError) || !error.message.includes(NOT_HELD)) throw error;
    for (const { hold } of appends) await checkHold(session, hold, "write to");
    throw error;
  }
}

function resultRows(transitions: readonly Transition[], isBlob: (result: ResultWrite) => boolean): string {
  const rows = new Map<ResultId, SqlValue[]>();
  for (const { run, results } of transitions) {
    const madeBy = run.mapIndex === null ? run.name : `${run.name}[${run.mapIndex}]`;
    for (const result of results) {
      const { id, bytes, text } = result;
      const [serializer, preview] = [JSON.stringify(result.serializer), JSON.stringify(result.preview)];
      const checksum = checksumOf(serializer, preview, madeBy);
      rows.set(id, [id, bytes, serializer, preview, madeBy, isBlob(result) ? null : text, checksum]);
    }
  }
  return JSON.stringify([...rows.values()]);
}

/** The files that results refer to. */
function blobRows(transitions: readonly Transition[]): string {
  const results = transitions.flatMap((transition) => transition.results);
  const rows = results.flatMap(({ id, blobs = [] }) =>
    blobs.map(({ sha256, bytes }): SqlValue[] => [id, sha256, bytes]),
  );
  return JSON.stringify(rows);
}

function taskRunRows(appends: readonly Append[]): string {
  const rows = appends.flatMap(({ hold, transitions }) =>
    transitions.map(({ run, memory }): SqlValue[] => {
      const { state, attempt: _, ...rest } = run;
      const [stateText, record, remembered] = [JSON.stringify(state), JSON.stringify(rest), JSON.stringify(memory)];
      const { cacheKey, cacheExpires, attempt: attemptId = null } = memory;
      const found = [run.id, hold.runId, hold.attempt, state.type, run.endedAt, cacheKey, cacheExpires];
      const texts = [stateText, checksumOf(stateText), record, remembered, checksumOf(stateText, record, remembered)];
      return [...found, run.kept ? 1 : 0, attemptId, ...texts];
    }),
  );
  return JSON.stringify(rows);
}

/** Of several changes of one run the last one counts. */
function flowRunRows(appends: readonly Append[]): string {
  const last = new Map<string, FlowRunSummary>(
    appends.flatMap(({ change }) => (change ? [[change.run.id, change.run]] : [])),
  );
  const rows = [...last.values()].map((run): SqlValue[] => {
    const record = JSON.stringify(run);
    return [run.id, run.state.type, run.endedAt, record, checksumOf(record)];
  });
  return JSON.stringify(rows);
}

function holdRows(appends: readonly Append[]): string {
  const rows = new Map(appends.map(({ hold }) => [`${hold.attempt} ${hold.ownerId} ${hold.runId}`, hold]));
  return JSON.stringify([...rows.values()].map(({ runId, attempt, ownerId }) => [runId, attempt, ownerId]));
}
