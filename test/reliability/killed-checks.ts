import { join } from "node:path";
import { ValueSerializer } from "../../src/result/value-serializer.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { openSqlite3 } from "../../src/store/sqlite3-driver.js";
import type { Store } from "../../src/store/store.js";
import { type Note, TASKS } from "./killed-flow.js";

interface Value {
  readonly name: string;
  readonly mark: string;
  readonly from: readonly string[];
}

/**
 * What is wrong with the store of a flow that was killed and gone on with to its end. A task that begins with a
 * value was told that the value is on disk: `acknowledged` are the notes of when that was so.
 */
export async function killedFaults(folder: string, acknowledged: readonly Note[]): Promise<string[]> {
  const path = join(folder, ".cellar", "store.db");
  const faults: string[] = [];
  const store = await openStoreHere(path);
  try {
    const runs = await store.flowRuns();
    if (runs.length !== 1) faults.push(`${runs.length} runs instead of one that was gone on with`);
    const tasks = (await store.flowRun(runs[0]!.id))!.tasks;
    if (tasks.length !== TASKS) faults.push(`${tasks.length} of ${TASKS} task runs are there`);
    const values: Value[] = [];
    for (const task of tasks) {
      const successes = (await store.history(task.id)).filter(({ type }) => type === "Success").length;
      if (task.state.type !== "Success") faults.push(`${task.name} is ${task.state.type}`);
      else values.push(await readValue(store, task.state.result.id!));
      if (successes !== 1) faults.push(`${task.name} has ${successes} successes`);
    }
    const kept = new Set(values.map(({ mark }) => mark));
    const used = values.flatMap(({ from }) => from);
    const handedOn = acknowledged.flatMap((note) => ("begins" in note ? note.from : []));
    for (const mark of new Set([...used, ...handedOn]))
      if (!kept.has(mark)) faults.push(`the value ${mark} was handed on and is lost`);
  } finally {
    await store.close();
  }
  const driver = await openSqlite3(path);
  for (const check of ["integrity_check", "foreign_key_check"])
    for (const row of await driver.query(`PRAGMA ${check}`))
      if (row.integrity_check !== "ok") faults.push(`${check}: ${JSON.stringify(row)}`);
  await driver.close();
  return faults;
}

const serializer = new ValueSerializer();

const readValue = async (store: Store, id: string): Promise<Value> =>
  serializer.deserialize(JSON.parse(await store.readResult(id))) as Value;
