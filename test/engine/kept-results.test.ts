import { readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flow, type Store, type TaskCall, task, UnreadResultError } from "../../src/index.js";
import { watchStore } from "../../src/store/watch-store.js";
import { Notebook, typesOf } from "./notebook.js";

const test = suite<{ notebook: Notebook; ran: string[]; broken: boolean }>("kept results");
test.before.each(async (world) => {
  await Notebook.openFor(world);
  world.ran = [];
  world.broken = true;
});
test.after.each((world) => world.notebook.close());

/** Long enough for a file of its own, which a test can damage. */
const long = (text: string): string => text.repeat(70_000);

/** Damages all that is stored in files. */
function damageAll({ folder }: Notebook): void {
  const blobs = join(folder, "blobs");
  for (const path of readdirSync(blobs, { recursive: true, encoding: "utf8" }))
    if (path.length > 10) truncateSync(join(blobs, path), 100);
}

/** Two long results, one made of the other, and a task that fails while `world.broken`. */
function three(world: { ran: string[]; broken: boolean }) {
  const noted = (name: string, value: string) => {
    world.ran.push(name);
    return value;
  };
  const first = task("first", () => noted("first", long("a")));
  const second = task("second", (text: string) => noted("second", long(text[1]!)));
  const third = task("third", (text: string) => {
    noted("third", "");
    if (world.broken) throw new Error("not yet");
    return text.length;
  });
  return flow("three", () => {
    const [one, two] = [first(), second(first())];
    return { one, two, last: third(second(two)) };
  });
}

test("a resume makes a damaged result again where a task needs it, and nothing else", async (world) => {
  await three(world).run();
  world.ran.length = 0;
  world.broken = false;
  damageAll(world.notebook);
  const again = three(world);
  const state = await again.run();
  assert.equal([state.type, state.result.get(again.calls.last).result], ["Success", 70_000]);
  assert.is(state.result.get(again.calls.one).result, long("a"));
  assert.equal(new Set(world.ran), new Set(["first", "second", "third"]));
  const [run] = await world.notebook.runs();
  assert.match(run!.tasks.find(({ name }) => name === "first-2")!.reason!, /damaged.*"first/);
  world.ran.length = 0;
  assert.is((await three(world).run({ resume: run!.id })).type, "Success");
  assert.equal(world.ran, []); // what was made again is whole
});

test("a kept result that nobody is given is made again too where the flow returns it", async (world) => {
  const make = () => {
    const large = task("large", () => long(String(world.ran.push("large") && "x")));
    const fails = task("fails", () => {
      throw new Error("no");
    });
    return flow("returned", () => ({ large: large(), fails: fails() }));
  };
  await make().run();
  damageAll(world.notebook);
  const again = make();
  const state = await again.run();
  assert.is(state.result.get(again.calls.large).result, long("x"));
  assert.equal(world.ran, ["large", "large"]);
  const [run] = await world.notebook.runs();
  assert.equal(typesOf(run!), { large: "Success", fails: "Failed" });
  assert.equal([run!.kept, run!.ran], [0, 2]);
});

test("of a map only the damaged children are made again", async (world) => {
  const make = () => {
    const items = task("items", () => ["s", "m", "l"]);
    const grow = task("grow", (item: string) => {
      world.ran.push(item);
      return item === "l" ? long(item) : item;
    });
    const total = task("total", (grown: readonly string[]) => {
      if (world.broken) throw new Error("not yet");
      return grown.map(({ length }) => length);
    });
    return flow("mapped", () => {
      const grown = grow.map(items());
      return { grown, total: total(grown) };
    });
  };
  await make().run();
  world.ran.length = 0;
  world.broken = false;
  damageAll(world.notebook);
  const again = make();
  const state = await again.run();
  assert.equal(state.result.get(again.calls.total).result, [1, 1, 70_000]);
  assert.equal(
    state.value(again.calls.grown).map((grown) => grown[0]),
    ["s", "m", "l"],
  );
  assert.equal(world.ran, ["l"]);
});

test("await of a call makes a damaged kept result again", async (world) => {
  const make = () => {
    const large = task("large", () => long(String(world.ran.push("large") && "y")));
    const fails = task("fails", (_: string) => {
      if (world.broken) throw new Error("not yet");
      return "done";
    });
    const made = large();
    return { made, next: fails(made) };
  };
  await world.notebook.cell("c", async () => make().next.run());
  world.broken = false;
  damageAll(world.notebook);
  await world.notebook.cell("c", async () => {
    const { made, next } = make();
    assert.is(await next, "done");
    assert.is(await made, long("y"));
  });
  assert.equal(world.ran, ["large", "large"]);
});

/** A store that notes which results are read. */
function noting(store: Store, read: string[]): Store {
  return {
    ...watchStore(store, () => {}), // the same methods, as an object's own
    readResult: (id) => {
      read.push(id);
      return store.readResult(id);
    },
  };
}

test("a resume of a long flow reads only what it needs; the rest by load()", async (world) => {
  const make = () => {
    const step = task("step", (n: number) => n + 1);
    const last = task("last", (n: number) => {
      if (world.broken) throw new Error("not yet");
      return n;
    });
    return flow("long", () => {
      const steps: TaskCall<number>[] = [step(0)];
      while (steps.length < 1200) steps.push(step(steps.at(-1)!));
      return { middle: steps[600]!, last: last(steps.at(-1)!) };
    });
  };
  await make().run();
  world.broken = false;
  const read: string[] = [];
  const again = make();
  const state = await again.run({ store: noting(world.notebook.opened, read) });
  assert.equal([state.result.get(again.calls.last).result, state.result.get(again.calls.middle).result], [1200, 601]);
  assert.is(read.length, 2);
  const other = state.result.task("step-7");
  assert.throws(
    () => other.result,
    (error: Error) => error instanceof UnreadResultError && /await state\.load\(\)/.test(error.message),
  );
  assert.is((await other.load()).result, 7);
});

test("a resume of a short flow reads all, so that every state gives its value", async (world) => {
  await three(world).run();
  const state = await three(world).run();
  assert.is(state.result.task("first-2").result, long("a"));
});

test.run();
