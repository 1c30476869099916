import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  Cached,
  dumpState,
  flow,
  loadState,
  noteSource,
  parameter,
  type TaskOptions,
  task,
  validators,
} from "../../src/index.js";
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

/** Why the only task of the newest run ran. */
const newestReason = async (notebook: Notebook) => (await notebook.runs())[0]!.tasks[0]!.reason;

test("a cache miss names each input that changed, with its old and new value", async ({ notebook }) => {
  const work = task("work", (limit: number, url: string, rows: number[]) => [limit, url, rows], { cacheFor: "1h" });
  const run = (limit: number, url: string, rows: number[]) => flow("f", () => work(limit, url, rows)).run();
  await run(5, "a", [1]);
  assert.is(await newestReason(notebook), "cache miss: nothing was made from the same yet");
  await run(6, "a", [1]);
  assert.is(await newestReason(notebook), "cache miss: limit changed 5 → 6");
  await run(6, "x".repeat(10_000), Array(1000).fill(0));
  const reason = (await newestReason(notebook))!;
  assert.match(reason, /^cache miss: url changed "a" → "x{40}…", rows changed \[ 1 \] → Array\(1000\)$/);
  await run(6, "x".repeat(10_000), Array(1000).fill(1));
  assert.is(await newestReason(notebook), "cache miss: rows changed (Array(1000))");
});

test("a cache miss names the function and the value that the source refers to and that changed", async ({
  notebook,
}) => {
  const run = (clean: string, limit: number) => {
    const helper = noteSource((n: number) => n, clean);
    const fn = noteSource(
      (n: number) => helper(n) + limit,
      "(n) => clean(n) + limit",
      () => ({ clean: helper, limit }),
    );
    return flow("f", () => task("work", fn, { cacheFor: "1h" })(1)).run();
  };
  await run("(n) => n", 1);
  await run("(n) => n + 1", 1);
  assert.is(await newestReason(notebook), "cache miss: source of `clean` changed");
  await run("(n) => n + 1", 2);
  assert.is(await newestReason(notebook), "cache miss: `limit` changed 1 → 2");
});

test("a cache miss says that the result expired", async ({ notebook }) => {
  const work = task("work", () => 1, { cacheFor: 0 });
  await flow("f", () => work()).run();
  await flow("f", () => work()).run();
  assert.match((await newestReason(notebook))!, /^cache miss: the result expired at \d{4}-/);
});

test("a cache hit counts neither as kept nor as ran", async ({ notebook }) => {
  const cached = task("cached", (n: number) => n, { cacheFor: "1h" });
  const plain = task("plain", (n: number) => n);
  const run = () => flow("f", () => plain(cached.map([1, 2, 3]) as never)).run();
  await run();
  await run();
  const [second, first] = await notebook.runs();
  assert.equal([first!.kept, first!.cached, first!.ran], [0, 0, 4]);
  assert.equal([second!.kept, second!.cached, second!.ran], [0, 3, 1]);
});

test("a hit in a run that is gone on with leaves what was hit to be taken again", async ({ notebook }) => {
  let [ran, fails] = [0, 3];
  const none = task("none", (n: number) => n);
  const again = task("again", () => ++ran, { cacheFor: "1h" });
  const last = task("last", () => {
    if (fails-- > 0) throw new Error("not yet");
  });
  const values: unknown[] = [];
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const built = flow("hits", () => {
      const cached = again().after(none.map([])); // an empty map runs each time, and so what is behind it
      last().after(cached);
      return { cached };
    });
    const state = await built.run();
    values.push(state.result.get(built.calls.cached).result);
  }
  assert.equal(new Set(values).size, 1, `${values}`);
  assert.is((await notebook.runs())[0]!.attempt, 4);
});

test("a given Cached is taken while it is valid, and run otherwise", async ({ notebook }) => {
  let ran = 0;
  const work = task("work", (n: number, other: number) => ++ran * 0 + n + other, {
    cacheFor: "1h",
    cacheValidator: validators.partialInputsOnly(["n"]),
    cacheKey: `given ${Date.now()}`,
  });
  const built = (n: number, other: number) => flow("f", () => ({ work: work(n, other) }));
  const first = (await built(1, 1).run({ store: "none" })).task("work") as Cached<number>;
  assert.is(first.type, "Cached");
  const given = async (state: Cached<number>, n: number, other: number) => {
    ran = 0;
    const ended = (await built(n, other).run({ taskStates: { work: state } })).task("work");
    const reason = (await notebook.runs())[0]!.tasks[0]!.reason;
    return { result: (await ended.load()).result, ran, reason };
  };
  assert.equal(await given(first, 1, 5), { result: 2, ran: 0, reason: "given" });
  assert.equal((await given(loadState(await dumpState(first)) as Cached<number>, 1, 5)).ran, 0);
  const other = await given(first, 2, 1);
  assert.equal([other.result, other.ran], [3, 1]);
  const stale = first.with({ cachedResultExpiration: new Date(0) });
  assert.is((await given(stale, 7, 1)).ran, 1);
  assert.is((await given(new Cached({ result: 100 }), 9, 1)).ran, 1);
});

test("a given Cached waits for what comes before it, whose result decides", async () => {
  let source = 1;
  let ran = 0;
  const read = task("read", () => source);
  const twice = task("twice", (n: number) => ++ran * 0 + n * 2, { cacheFor: "1h" });
  const built = flow("f", () => ({ twice: twice(read()) }));
  const first = (await built.run({ store: "none" })).task("twice");
  const again = async () => (await built.run({ store: "none", taskStates: { twice: first } })).task("twice").result;
  assert.is(await again(), 2);
  assert.is(ran, 1);
  source = 5;
  assert.is(await again(), 10);
  assert.is(ran, 2);
});

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
  const connection = new AbortController();
  const fn = noteSource(
    () => ran.push(1),
    "() => connection.signal",
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
  assert.match(run!.tasks[0]!.reason!, 'cache off: input "fn"');
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

/** Validators that find nothing to compare, or fail: each call runs, and says why. */
const NO_HIT: readonly (readonly [what: string, options: TaskOptions, reason: string])[] = [
  [
    "an input that is not there",
    { cacheValidator: validators.partialInputsOnly(["URL"]) },
    'cache off: partialInputsOnly names "URL", which is not there (there is "url", "limit")',
  ],
  [
    "a parameter that is not there",
    { cacheValidator: validators.partialParametersOnly(["day"]) },
    'cache off: partialParametersOnly names "day", which is not there (there is "url", "limit")',
  ],
  [
    "a validator that throws",
    {
      cacheValidator: {
        name: "own",
        covers: () => {
          throw new Error("no such thing");
        },
      },
    },
    "cache off: own threw no such thing",
  ],
  [
    "a validator that gives nonsense",
    { cacheValidator: { name: "own", covers: () => 5 as never } },
    "cache off: own gave no hashes by name",
  ],
];
for (const [what, options, reason] of NO_HIT)
  test(`a look-up never hits by ${what}, and says so`, async ({ notebook, ran }) => {
    const work = task("work", (url: string, limit: number) => ran.push(url.length + limit), {
      cacheFor: "1h",
      ...options,
    });
    const built = flow("f", () => work("u", 1));
    for (const _ of [1, 2]) assert.is((await built.run()).type, "Success");
    assert.is(ran.length, 2);
    assert.is((await notebook.runs())[0]!.tasks[0]!.reason, reason);
  });

test("a look-up that the store fails is a miss with its reason", async ({ notebook, ran }) => {
  const work = task("work", () => ran.push(1), { cacheFor: "1h" });
  const built = flow("f", () => work());
  await built.run();
  const { cached } = notebook.opened;
  notebook.opened.cached = () => Promise.reject(new Error("the disk is gone"));
  try {
    assert.is((await built.run()).type, "Success");
  } finally {
    notebook.opened.cached = cached;
  }
  assert.is(ran.length, 2);
  assert.is((await notebook.runs())[0]!.tasks[0]!.reason, "cache miss: looking for a result failed: the disk is gone");
});

test("a resume keeps a task whose source it cannot see whole, and says so", async ({ notebook, ran }) => {
  const connection = new AbortController();
  let broken = true;
  const read = task("read", () => {
    ran.push(1);
    return connection.signal.aborted;
  });
  const use = task("use", (_aborted: boolean) => {
    if (broken) throw new Error("not yet");
  });
  const built = flow("f", () => use(read()));
  assert.is((await built.run()).type, "Failed");
  broken = false;
  assert.is((await built.run()).type, "Success");
  assert.is(ran.length, 1);
  const kept = (await notebook.runs())[0]!.tasks.find(({ name }) => name === "read")!;
  assert.is(
    kept.reason,
    "kept, although its source may have changed: `connection` cannot be compared: it is an instance of AbortController",
  );
});

test.run();
