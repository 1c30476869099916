/**
 * Writes task runs into a store, some with values in files of their own, and tells of each whether it is on
 * disk: `node disk-script.js <store> <count>`.
 */

import type { RunHold } from "../../src/store/begin-ask.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { askOf, resultOf, self, transitionOf } from "../store/sample-records.js";

const [path = "", count = "0"] = process.argv.slice(2);
const tell = (line: object): void => console.log(JSON.stringify(line));

/** What may be told to the one who reads: its name and its words. */
async function told(what: string, work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    tell({ done: what });
    return true;
  } catch (error) {
    tell({ failed: what, message: (error as Error).message });
    return false;
  }
}

await told("open", async () => {
  const store = await openStoreHere(path);
  let hold: RunHold | undefined;
  await told("begin", async () => {
    const newId = (await store.flowRun("r")) ? `again-${process.pid}` : "r";
    ({ hold } = await store.begin(askOf(newId, { owner: { ...self, id: `owner-${process.pid}` }, now: Date.now() })));
  });
  for (let index = 0; hold && index < Number(count); index += 1) {
    const result = resultOf(`${index} ${"x".repeat(index % 10 === 9 ? 70_000 : 3_000)}`);
    await told(`${index}`, () => store.append(hold!, [transitionOf("r", "a", "Success", { mapIndex: index, result })]));
  }
  await store.close();
});
