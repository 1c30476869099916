/**
 * Writes task runs into a store, some with values in files of their own, and tells of each whether it is on
 * disk: `node disk-script.js <store> <count>`.
 */
import { openStoreHere } from "../../src/store/open-store.js";
import { appendTo, beginRun, graphOf, resultOf, runOf, self, transitionOf } from "../store/sample-records.js";

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
  const begin = () => beginRun(store, runOf("r", { createdAt: Date.now() }), graphOf("a"), self);
  const begun = (await told("begin", begin)) || (await store.flowRun("r")) !== undefined;
  for (let index = 0; begun && index < Number(count); index += 1) {
    const result = resultOf(`${index} ${"x".repeat(index % 10 === 9 ? 70_000 : 3_000)}`);
    await told(`${index}`, () => appendTo(store, [transitionOf("r", "a", "Success", { mapIndex: index, result })]));
  }
  await store.close();
});
