import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flow, task } from "../../src/index.js";
import type { Store, Transition } from "../../src/store/store.js";
import { watchStore } from "../../src/store/watch-store.js";
import { Notebook } from "./notebook.js";

const test = suite<{ notebook: Notebook }>("durable order");
test.before.each(async (world) => {
  world.notebook = await Notebook.open();
});
test.after.each((world) => world.notebook.close());

/** A store that tells of each append when it is asked and when it is on disk. */
function watched(store: Store, told: (what: string, transitions: readonly Transition[]) => void): Store {
  return {
    ...watchStore(store, () => {}), // the same methods, as an object's own
    append: async (hold, transitions, change) => {
      told("asked", transitions);
      await store.append(hold, transitions, change);
      told("written", transitions);
    },
  };
}

test("a Success with its result is on disk before a task behind it begins", async ({ notebook }) => {
  const events: string[] = [];
  const store = watched(notebook.opened, (what, transitions) => {
    for (const { run } of transitions) events.push(`${what} ${run.name} ${run.state.type}`);
  });
  const step = (name: string) =>
    task(name, (n: number) => {
      events.push(`called ${name}`);
      return n + 1;
    });
  const [a, b] = [step("a"), step("b")];
  await flow("chain", () => b(a(1))).run({ store });
  assert.ok(events.indexOf("written a Success") < events.indexOf("called b"));
  const asked = events.filter((event) => event.startsWith("asked"));
  assert.equal(asked, ["asked a Running", "asked a Success", "asked b Running", "asked b Success"]);
});

test("transitions of one turn go to the store in one append", async ({ notebook }) => {
  const sizes: number[] = [];
  const store = watched(
    notebook.opened,
    (what, transitions) => void (what === "asked" && sizes.push(transitions.length)),
  );
  const work = task("work", (n: number) => n);
  await flow("wide", () => Array.from({ length: 30 }, (_, index) => work(index))).run({ store });
  assert.ok(Math.max(...sizes) >= 30, `appends of ${sizes}`);
});

test("a write that fails leaves the values usable and the run goes on", async ({ notebook }) => {
  const warnings: string[] = [];
  const listener = (warning: Error) => void warnings.push(warning.message);
  process.on("warning", listener);
  const store = Object.assign(
    watched(notebook.opened, () => {}),
    {
      append: async () => {
        throw new Error("disk is full");
      },
    },
  );
  const one = task("one", () => 1);
  const built = flow("unstored", () => ({ one: one() }));
  const state = await built.run({ store });
  await new Promise((resolve) => setImmediate(resolve));
  process.off("warning", listener);
  assert.is(state.result.get(built.calls.one).result, 1);
  assert.is(state.type, "Success");
  assert.match(warnings.join(), "disk is full");
});

test.run();
