import { suite } from "uvu";
import * as assert from "uvu/assert";
import { flow, parameter, type Task, task, UnreadResultError, unmapped } from "../../src/index.js";
import { noteSource } from "../../src/source/source-note.js";
import { Notebook, typesOf } from "./notebook.js";

const test = suite<{ notebook: Notebook; ran: string[] }>("resume");
test.before.each(async (world) => {
  world.notebook = await Notebook.open();
  world.ran = [];
});
test.after.each((world) => world.notebook.close());

/** Five tasks in a chain; the third fails while `broken()`. */
function five(ran: string[], broken: () => boolean) {
  const step = (name: string): Task<[number], number> =>
    task(name, (n: number) => {
      ran.push(name);
      if (name === "c" && broken()) throw new Error("not yet");
      return n + 1;
    });
  const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map(step) as [Task<[number], number>, ...Task<[number], number>[]];
  return flow("five", () => ({ last: e!(d!(c!(b!(a(0))))) }));
}

test("running again keeps what finished and runs the rest, under the same run id", async ({ notebook, ran }) => {
  let broken = true;
  const first = await five(ran, () => broken).run();
  assert.is(first.type, "Failed");
  assert.equal(ran.splice(0), ["a", "b", "c"]);
  broken = false;
  const second = five(ran, () => broken);
  const state = await second.run();
  assert.is(state.message, "All reference tasks succeeded.");
  assert.is(state.result.get(second.calls.last).result, 5);
  assert.equal(ran, ["c", "d", "e"]);
  const [run, ...others] = await notebook.runs();
  assert.is(others.length, 0);
  assert.equal([run!.attempt, run!.kept, run!.ran], [2, 2, 3]);
  assert.equal(typesOf(run!), { a: "Success kept", b: "Success kept", c: "Success", d: "Success", e: "Success" });
});

test("running again counts the attempts of a retried task anew, and ends them", async ({ notebook, ran }) => {
  const fails = () => {
    ran.push("fails");
    throw new Error("never");
  };
  const make = () => flow("retried", () => task("fails", fails, { maxRetries: 2 })());
  assert.is((await make().run()).type, "Failed");
  assert.is((await make().run()).type, "Failed");
  assert.is(ran.length, 6);
  assert.is((await notebook.runs())[0]!.attempt, 2);
});

test("running again after a success is a fresh run", async ({ notebook, ran }) => {
  await five(ran, () => false).run();
  await five(ran, () => false).run();
  assert.is(ran.length, 10);
  assert.is((await notebook.runs()).length, 2);
});

test('resume "never" starts anew; a run\'s id goes on with that one', async ({ notebook, ran }) => {
  let broken = true;
  await five(ran, () => broken).run();
  const [failed] = await notebook.runs();
  await five(ran, () => broken).run({ resume: "never" });
  assert.is((await notebook.runs()).length, 2);
  ran.length = 0;
  broken = false;
  await five(ran, () => broken).run({ resume: failed!.id });
  assert.equal(ran, ["c", "d", "e"]);
  try {
    await five(ran, () => broken).run({ resume: "no such run" });
    assert.unreachable();
  } catch (error) {
    assert.match((error as Error).message, '"no such run"');
  }
});

test("another cell does not go on with this one's run", async ({ notebook, ran }) => {
  await notebook.cell("one", () => five(ran, () => true).run());
  ran.length = 0;
  await notebook.cell("two", () => five(ran, () => true).run());
  assert.equal(ran, ["a", "b", "c"]);
});

test("a changed input runs its task again, and everything behind it", async ({ ran }) => {
  const limit = parameter("limit", { default: 1 });
  const make = () => {
    const left = task("left", () => void ran.push("left"));
    const right = task("right", (n: number) => ran.push("right") + n);
    const next = task("next", (_: number) => ran.push("next"));
    const bad = task("bad", (_: unknown) => {
      throw new Error("no");
    });
    return flow("inputs", () => bad([left(), next(right(limit))]));
  };
  await make().run();
  ran.length = 0;
  await make().run();
  assert.equal(ran, []);
  await make().run({ parameters: { limit: 2 } });
  assert.equal(ran, ["right", "next"]);
});

test("a changed source runs again: its text, a function or a constant it refers to", async ({ ran }) => {
  const make = (text: string, helper: string, factor: unknown) => {
    const noted = noteSource(
      () => {
        ran.push("work");
        return 1;
      },
      text,
      () => ({ help: noteSource(() => 1, helper), factor }),
    );
    const bad = task("bad", (_: number) => {
      throw new Error("no");
    });
    return flow("source", () => bad(task("work", noted)()));
  };
  const runs = async (...source: Parameters<typeof make>) => {
    ran.length = 0;
    await make(...source).run();
    return ran.length;
  };
  assert.is(await runs("a", "b", 1), 1);
  assert.is(await runs("a", "b", 1), 0);
  assert.is(await runs("a2", "b", 1), 1);
  assert.is(await runs("a2", "b2", 1), 1);
  assert.is(await runs("a2", "b2", 2), 1);
  assert.is(await runs("a2", "b2", { deep: [1] }), 1);
  assert.is(await runs("a2", "b2", { deep: [1] }), 0);
  assert.is(await runs("a2", "b2", { deep: [2] }), 1);
});

test("a list that a task adds to has not changed its source", async ({ ran }) => {
  const log: string[] = [];
  const noted = noteSource(
    () => {
      ran.push("work");
      log.push("line");
    },
    "() => log.push('line')",
    () => ({ log }),
  );
  const bad = task("bad", (_: unknown) => {
    throw new Error("no");
  });
  const make = () => flow("log", () => bad(task("work", noted)()));
  await make().run();
  await make().run();
  assert.equal(ran, ["work"]);
});

test("the children of a map are kept alone, and their values are there", async ({ notebook, ran }) => {
  let broken = true;
  const make = () => {
    const items = task("items", () => [1, 2, 3]);
    const work = task("work", (n: number, factor: number) => {
      ran.push(`work ${n}`);
      if (n === 2 && broken) throw new Error("not yet");
      return n * factor;
    });
    const total = task("total", (all: readonly number[]) => all.reduce((sum, each) => sum + each, 0));
    return flow("children", () => {
      const worked = work.map(items(), unmapped(10));
      return { worked, total: total(worked) };
    });
  };
  await make().run();
  ran.length = 0;
  broken = false;
  const built = make();
  const state = await built.run();
  assert.equal(ran, ["work 2"]);
  assert.equal(state.result.get(built.calls.worked).result, [10, 20, 30]);
  assert.is(state.result.get(built.calls.total).result, 60);
  const [run] = await notebook.runs();
  assert.equal([run!.kept, run!.ran], [3, 2]);
  assert.equal(typesOf(run!), {
    items: "Success kept",
    work: "Mapped",
    "work[0]": "Success kept",
    "work[1]": "Success",
    "work[2]": "Success kept",
    total: "Success",
  });
});

test("a result that cannot be serialized is said to be so, and its task runs again", async ({ notebook, ran }) => {
  let broken = true;
  const make = () => {
    const opens = task("opens", () => {
      ran.push("opens");
      return { close: () => "closed" };
    });
    const uses = task("uses", (of: { close(): string }) => {
      if (broken) throw new Error("not yet");
      return of.close();
    });
    return flow("live", () => ({ used: uses(opens()) }));
  };
  await make().run();
  const [run] = await notebook.runs();
  assert.is(run!.tasks[0]!.state.result.kind, "Unserializable");
  assert.match(run!.tasks[0]!.state.result.reason!, "close");
  broken = false;
  const built = make();
  assert.is((await built.run()).result.get(built.calls.used).result, "closed");
  assert.equal(ran, ["opens", "opens"]);
});

test("checkpoint: false stores nothing, so that its task runs again", async ({ ran }) => {
  const make = () => {
    const once = task("once", () => ran.push("once"), { checkpoint: false });
    const bad = task("bad", (_: number) => {
      throw new Error("no");
    });
    return flow("unkept", () => bad(once()));
  };
  await make().run();
  await make().run();
  assert.equal(ran, ["once", "once"]);
});

test("run({ from }) runs a task and what stands behind it", async ({ ran }) => {
  const make = () => {
    const a = task("a", () => ran.push("a"));
    const b = task("b", (_: number) => ran.push("b"));
    const c = task("c", (_: number) => ran.push("c"));
    return flow("from", () => {
      const first = a();
      const second = b(first);
      return { first, second, third: c(second) };
    });
  };
  await make().run();
  ran.length = 0;
  const built = make();
  const state = await built.run({ from: built.calls.second });
  assert.equal(ran, ["b", "c"]);
  assert.is(state.type, "Success");
});

test("a Retrying goes on at its time, in a later run", async ({ notebook, ran }) => {
  let now = 0;
  const make = () => {
    const flaky = task(
      "flaky",
      (_: number) => {
        ran.push("flaky");
        now += 1;
        if (now === 1) throw new Error("away");
        return "there";
      },
      { maxRetries: 1, retryDelay: "2s" }, // longer than the first run can take
    );
    return flow("later", () => ({ flaky: flaky(task("one", () => ran.push("one"))()) }));
  };
  const state = await make().run({ maxWait: 0 });
  assert.is(state.type, "Running");
  assert.is(state.task("flaky").type, "Retrying");
  const built = make();
  assert.is((await built.run()).result.get(built.calls.flaky).result, "there");
  assert.equal(ran, ["one", "flaky", "flaky"]);
  const [run] = await notebook.runs();
  assert.is(run!.tasks.find((each) => each.name === "flaky")!.state.runCount, 2);
});

test("resume() lets a Paused task go on; running again does not", async ({ notebook, ran }) => {
  const { triggers } = await import("../../src/index.js");
  const make = () => {
    const prepare = task("prepare", () => ran.push("prepare"));
    const publish = task("publish", (_: number) => ran.push("publish"), { trigger: triggers.manualOnly });
    return flow("paused", () => publish(prepare()));
  };
  assert.is((await make().run()).type, "Paused");
  assert.is((await make().run()).type, "Paused");
  const [run] = await notebook.runs();
  assert.is((await make().resume(run!.id, "publish")).type, "Success");
  assert.equal(ran, ["prepare", "publish"]);
});

test("an interrupt ends the run with what was reached; the next run goes on", async ({ notebook, ran }) => {
  let hangs = true;
  const make = () => {
    const first = task("first", () => ran.push("first"));
    const slow = task("slow", async (_: number) => {
      ran.push("slow");
      if (hangs) {
        setImmediate(() => notebook.stop());
        await new Promise(() => {});
      }
      return 1;
    });
    return flow("stopped", () => slow(first()));
  };
  const state = await notebook.cell("cell", () => make().run());
  assert.is(state.type, "Cancelled");
  assert.is(state.message, "The run was interrupted.");
  assert.is(state.task("slow").type, "Cancelled");
  hangs = false;
  await notebook.cell("cell", () => make().run());
  assert.equal(ran, ["first", "slow", "slow"]);
});

test("a result whose serializer is unknown is kept, and fails only where it is read", async ({ ran }) => {
  const { loadState, registerSerializer } = await import("../../src/index.js");
  assert.type(loadState, "function");
  assert.type(registerSerializer, "function");
  const odd = { type: "odd", serialize: (value: unknown) => String(value), deserialize: (blob: unknown) => blob };
  const make = () => {
    const first = task("first", () => ran.push("first"), { serializer: odd as never });
    const bad = task("bad", () => {
      throw new Error("no");
    });
    return flow("odd", () => {
      const kept = first();
      return { kept, bad: bad().after(kept) };
    });
  };
  await make().run();
  const built = make();
  const state = await built.run();
  assert.equal(ran, ["first"]);
  assert.throws(
    () => state.result.get(built.calls.kept).result,
    (error: Error) => error instanceof UnreadResultError,
  );
});

test.run();
