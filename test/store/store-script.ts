/** A script as a user's is: opens a store and leaves it open. Arguments: what to do, path. */
import { openStore } from "../../src/store/open-store.js";
import { appendTo, beginRun, graphOf, resultOf, runOf, self, transitionOf } from "./sample-records.js";

const [what, path] = process.argv.slice(2);
const store = await openStore(path);
console.log("opened");

const append = (mapIndex: number) =>
  appendTo(store, [transitionOf("r", "a", "Success", { mapIndex, result: resultOf(`value ${mapIndex}`) })]);

if (what === "write-last") {
  await beginRun(store, runOf("r"), graphOf("a"), self);
  append(0).then(() => console.log("written"));
}
if (what === "write-on") {
  await beginRun(store, runOf("r"), graphOf("a"), self);
  for (let index = 0; ; index += 1) {
    await append(index);
    console.log(`acknowledged ${index}`);
  }
}
