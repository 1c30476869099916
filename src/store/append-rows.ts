import type { FlowRunSummary } from "../contracts/records.js";
import { APPEND, NO_SUCH_RUN, TAKEN_OVER } from "./append-trigger.js";
import type { Session } from "./database.js";
import { SqlError, type SqlValue } from "./driver.js";
import { checksumOf } from "./run-rows.js";
import { type ResultWrite, type RunChange, RunOwnedError, type Transition } from "./store.js";
import type { Append } from "./store-calls.js";
import type { ResultId } from "./task-memory.js";

/** An append, and who began its run here. */
export interface HeldAppend extends Append {
  readonly holder?: { readonly runId: string; readonly ownerId: string } | undefined;
}

/**
 * Writes what many appends ask, in their order, by one statement.
 * @throws {RangeError} when one names an unknown run, {RunOwnedError} when another took a run over from its holder:
 * what a dead script's store process still had to write comes too late then.
 */
export async function writeAppends(
  session: Session,
  appends: readonly HeldAppend[],
  isBlob: (result: ResultWrite) => boolean,
): Promise<void> {
  const transitions = appends.flatMap((append) => append.transitions);
  const changes = appends.flatMap(({ change }) => change ?? []);
  try {
    const results = [resultRows(transitions, isBlob), blobRows(transitions)];
    await session.run(APPEND, ...results, taskRunRows(transitions), flowRunRows(changes), holderRows(appends));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    if (error.message.includes(TAKEN_OVER))
      throw new RunOwnedError("Cannot write to the run: another process took it over", { cause: error });
    if (!error.message.includes(NO_SUCH_RUN)) throw error;
    const ids = [...new Set(changes.map(({ run }) => JSON.stringify(run.id)))].join(" or ");
    throw new RangeError(`Cannot change run ${ids}: the store has no such run`, { cause: error });
  }
}

function resultRows(transitions: readonly Transition[], isBlob: (result: ResultWrite) => boolean): string {
  const rows = new Map<ResultId, SqlValue[]>();
  for (const { run, results } of transitions) {
    const madeBy = run.mapIndex === null ? run.name : `${run.name}[${run.mapIndex}]`;
    for (const result of results) {
      const { id, bytes, serializer, preview, text } = result;
      const texts = [JSON.stringify(serializer), JSON.stringify(preview), madeBy, isBlob(result) ? null : text];
      rows.set(id, [id, bytes, ...texts]);
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

function taskRunRows(transitions: readonly Transition[]): string {
  const rows = transitions.map(({ run, memory }): SqlValue[] => {
    const { cacheKey, cacheExpires } = memory;
    const [record, remembered] = [JSON.stringify(run), JSON.stringify(memory)];
    const found = [run.id, run.flowRunId, run.state.type, run.endedAt, cacheKey, cacheExpires];
    return [...found, record, remembered, checksumOf(record, remembered)];
  });
  return JSON.stringify(rows);
}

/** Of several changes of one run the last one counts. */
function flowRunRows(changes: readonly RunChange[]): string {
  const last = new Map<string, FlowRunSummary>(changes.map(({ run }) => [run.id, run]));
  const rows = [...last.values()].map((run): SqlValue[] => [run.id, run.state.type, run.endedAt, JSON.stringify(run)]);
  return JSON.stringify(rows);
}

function holderRows(appends: readonly HeldAppend[]): string {
  const holders = new Map(appends.flatMap(({ holder }) => (holder ? [[holder.runId, holder.ownerId]] : [])));
  return JSON.stringify([...holders]);
}
