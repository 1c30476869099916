import type { Append } from "./append-rows.js";
import { resultIdOf } from "./blobs.js";
import type { Session } from "./database.js";
import type { Transition } from "./store.js";

/** @throws {RangeError} for what belongs to another run, or has an id that is not its content's. */
export function checkAppend({ hold, transitions, change }: Append): void {
  for (const runId of [...transitions.map(({ run }) => run.flowRunId), ...(change ? [change.run.id] : [])]) {
    if (runId === hold.runId) continue;
    throw new RangeError(
      `Cannot write to run ${JSON.stringify(hold.runId)}: it is given a record of run ${JSON.stringify(runId)}`,
    );
  }
  for (const { id, text } of transitions.flatMap(({ results }) => results)) {
    if (resultIdOf(text) !== id) throw new RangeError(`Cannot store result ${id}: its text has another SHA-256`);
  }
}

/**
 * Checks that the results which are only referred to are there: in a store that took the place of another one, they may
 * not be. @throws {RangeError} naming the task
 */
export async function checkResults(session: Session, transitions: readonly Transition[]): Promise<void> {
  const given = new Set(transitions.flatMap(({ results }) => results.map(({ id }) => id)));
  const needed = new Map<string, string>();
  for (const { run, memory } of transitions)
    for (const result of [memory.result, ...Object.values(memory.cachedInputs)])
      if (result && !given.has(result.id)) needed.set(result.id, run.name);
  const missing = await session.first(
    "SELECT value AS id FROM json_each(?) WHERE value NOT IN (SELECT id FROM results)",
    JSON.stringify([...needed.keys()]),
  );
  if (!missing) return;
  const name = JSON.stringify(needed.get(String(missing.id)));
  throw new RangeError(
    `Cannot store task ${name}: its result was in the store that was removed or replaced; run its flow again with resume: "never"`,
  );
}
