/** The short form of the chaos with workers and Redis; the long one is `soak`'s. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Notebook } from "../engine/notebook.js";
import { Dice, drawSeed } from "./dice.js";
import { chaos } from "./distributed.js";
import "../../src/index.js";

const test = suite("distributed under faults");
test("a flow comes to its values whatever dies, and calls little twice", async () => {
  const notebook = await Notebook.open();
  try {
    const report = await chaos(new Dice(drawSeed("distributed")), { layers: 6, width: 8, faults: 12 });
    assert.is(report.state, "Success", report.message ?? "");
    assert.equal(report.values, report.expected);
    assert.ok(report.calls >= report.tasks);
    // A fault may cost what the slots of all workers had, and what was on its way.
    const most = report.tasks + report.faults.length * 8;
    assert.ok(report.calls <= most, `${report.calls} calls of ${report.tasks} tasks in ${report.faults.join(", ")}`);
  } finally {
    await notebook.close();
  }
});
test.run();
