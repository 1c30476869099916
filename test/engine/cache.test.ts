import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flow, noteSource, parameter, type TaskOptions, task, validators } from "../../src/index.js";
import { Notebook } from "./notebook.js";

const test = suite<{ notebook: Notebook; ran: number[] }>("cache");
test.before.each(async (world) => {
  world.notebook = await Notebook.open();
  world.ran = [];
});
test.after.each((world) => world.notebook.close());

/** Runs a flow of one cached task twice, with these numbers; gives the state types and how often it ran. */
async function twice(ran: number[], options: TaskOptions, first: number, second: number) {
  const types: string[] = [];
  for (const n of [first, second]) {
    const work = task(
      "work",
      (value: number, other: number) => {
        ran.push(value);
        return value * 2 + other * 0;
      },
      options,
    );
    const built = flow("f", () => ({ work: work(parameter<number>("n"), 7) }));
    const state = (await built.run({ parameters: { n } })).result.get(built.calls.work);
    types.push(state.type);
    assert.is(state.result, (options.cacheValidator?.name ?? "allInputs") === "allInputs" ? n * 2 : state.result);
  }
  return { types, ran: ran.length };
}

test("no caching unless asked for", async ({ ran }) => {
  assert.equal(await twice(ran, {}, 1, 1), { types: ["Success", "Success"], ran: 2 });
});

test("cacheFor takes a result made from equal inputs", async ({ notebook, ran }) => {
  assert.equal(await twice(ran, { cacheFor: "1h" }, 1, 1), { types: ["Cached", "Cached"], ran: 1 });
  const [run] = await notebook.runs();
  assert.match(run!.tasks[0]!.reason!, "cache hit: key ");
});

test("cacheFor does not take one made from others, nor one too old", async ({ ran }) => {
  assert.is((await twice(ran, { cacheFor: "1h" }, 1, 2)).ran, 2);
  assert.is((await twice([], { cacheFor: 0 }, 3, 3)).ran, 2);
});

for (const [validator, sameTwice, othersTwice] of [
  [validators.neverUse, 2, 2],
  [validators.durationOnly, 1, 1],
  [validators.allInputs, 1, 2],
  [validators.allParameters, 1, 2],
  [validators.partialInputsOnly(["other"]), 1, 1],
  [validators.partialInputsOnly(["value"]), 1, 2],
  [validators.partialParametersOnly(["n"]), 1, 2],
  [validators.partialParametersOnly([]), 1, 1],
] as const)
  test(`validators.${validator.name} runs ${sameTwice} and ${othersTwice} times`, async ({ ran }) => {
    const options = { cacheFor: "1h", cacheValidator: validator } as const;
    assert.is((await twice(ran, options, 1, 1)).ran, sameTwice);
    const other = await Notebook.open();
    assert.is((await twice([], options, 1, 2)).ran, othersTwice);
    await other.close();
  });

test("what a task refers to and cannot be compared turns caching off, each time anew", async ({ ran }) => {
  class Connection {
    #open = true;
    get open(): boolean {
      return this.#open;
    }
  }
  const connection = new Connection();
  const fn = noteSource(
    () => ran.push(1),
    "() => connection.open",
    () => ({ connection }),
  );
  const work = task("work", fn, { cacheFor: "1h" });
  const built = flow("f", () => ({ work: work() }));
  for (const _ of [1, 2, 3]) assert.is((await built.run()).result.get(built.calls.work).type, "Success");
  assert.is(ran.length, 3);
});

test("an input that cannot be compared turns caching off, and says so", async ({ notebook }) => {
  let ran = 0;
  const work = task("work", (fn: () => number) => ++ran + fn(), { cacheFor: "1h" });
  const given = () => 1;
  for (let round = 0; round < 2; round += 1) await flow("f", () => work(given)).run();
  assert.is(ran, 2);
  const [run] = await notebook.runs();
  assert.match(run!.tasks[0]!.reason!, 'not cached: input "fn"');
});

test("cacheKey shares results between tasks of the same source", async () => {
  let ran = 0;
  const fn = (n: number) => ++ran + n;
  const a = task("a", fn, { cacheFor: "1h", cacheKey: "shared" });
  const b = task("b", fn, { cacheFor: "1h", cacheKey: "shared" });
  await flow("a", () => a(1)).run();
  await flow("b", () => b(1)).run();
  assert.is(ran, 1);
});

test.run();
