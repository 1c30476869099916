import { existsSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  CorruptResultError,
  context,
  dumpState,
  flow,
  hashValue,
  JSONSerializer,
  LocalExecutor,
  StoredBytes,
  Success,
  signals,
  stateRecord,
  type TaskCall,
  ThreadExecutor,
  task,
  UnreadResultError,
} from "../../src/index.js";
import { Notebook, typesOf } from "./notebook.js";

const test = suite<{ notebook: Notebook; ran: string[]; broken: boolean }>("streams as results");
test.before.each(async (world) => {
  await Notebook.openFor(world);
  world.ran = [];
  world.broken = true;
});
test.after.each((world) => world.notebook.close());

const SIZE = 3_000_000;

async function* numbers(size = SIZE, fill = 1) {
  for (let at = 0; at < size; at += 100_000) yield Buffer.alloc(Math.min(100_000, size - at), fill);
}

async function lengthOf(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const piece of bytes) length += piece.length;
  return length;
}

const filesOf = ({ folder }: Notebook): string[] => {
  const blobs = join(folder, "blobs");
  if (!existsSync(blobs)) return [];
  return readdirSync(blobs, { recursive: true, encoding: "utf8" })
    .map((name) => join(blobs, name))
    .filter((path) => statSync(path).isFile());
};

/** A stream, two readers of it and a task that fails while `world.broken`. */
function readTwice(world: { ran: string[]; broken: boolean }) {
  const noted = <T>(name: string, value: T): T => {
    world.ran.push(name);
    return value;
  };
  const source = task("source", () => noted("source", numbers()));
  const other = task("other", () => noted("other", numbers(SIZE, 2)));
  const count = task("count", async (file: StoredBytes) => noted("count", await lengthOf(file)));
  const last = task("last", async (file: StoredBytes, size: number) => {
    noted("last", "");
    if (world.broken) throw new Error("not yet");
    return [await lengthOf(file.stream()), size];
  });
  return flow("read twice", () => {
    const [file, unread] = [source(), other()];
    return { file, unread, last: last(file, count(file)) };
  });
}

test("what a task streams, others read from its start, as often as they like", async (world) => {
  world.broken = false;
  const made = readTwice(world);
  const state = await made.run();
  assert.equal([state.type, state.result.get(made.calls.last).result], ["Success", [SIZE, SIZE]]);
  const file: StoredBytes = state.value(made.calls.file);
  assert.instance(file, StoredBytes);
  assert.is(file.size, SIZE);
  assert.ok((await file.bytes()).every((byte) => byte === 1));
  assert.equal(world.ran.filter((name) => name === "source").length, 1);
});

test("a resume keeps a stream and reads it from the store", async (world) => {
  await readTwice(world).run();
  world.ran.length = 0;
  world.broken = false;
  const again = readTwice(world);
  const state = await again.run();
  assert.equal(state.result.get(again.calls.last).result, [SIZE, SIZE]);
  assert.equal(world.ran, ["last"]);
});

test("of damaged streams a resume makes again those that are needed, and nothing else", async (world) => {
  await readTwice(world).run();
  world.ran.length = 0;
  world.broken = false;
  const damaged = filesOf(world.notebook).find((path) => readFileSync(path)[0] === 1)!;
  truncateSync(damaged, SIZE - 1);
  const again = readTwice(world);
  const state = await again.run();
  assert.equal([state.type, state.result.get(again.calls.last).result], ["Success", [SIZE, SIZE]]);
  assert.equal(world.ran.sort(), ["last", "source"]);
  const [run] = await world.notebook.runs();
  assert.match(run!.tasks.find(({ name }) => name === "source")!.reason!, /damaged.*of task "source".*damaged/);
  assert.is(statSync(damaged).size, SIZE);
});

test("damage while a task reads fails that task and names the one that made it; a resume heals it", async (world) => {
  const make = () => {
    const source = task("source", () => numbers());
    const read = task("read", async (file: StoredBytes) => {
      if (world.broken) truncateSync(filesOf(world.notebook)[0]!, 10);
      return await lengthOf(file);
    });
    return flow("harmed", () => read(source()));
  };
  const failed = await make().run();
  const { result } = failed.result.task("read");
  assert.instance(result, CorruptResultError);
  assert.match((result as Error).message, /of task "source"/);
  world.broken = false;
  const healed = await make().run();
  assert.is(healed.result.task("read").result, SIZE);
});

test("a stream that breaks fails its task with the stream's error, is tried again, and leaves nothing", async (world) => {
  let attempts = 0;
  const source = task(
    "source",
    () => {
      attempts += 1;
      return Readable.from(
        (async function* () {
          yield Buffer.alloc(2_000_000);
          throw new RangeError("the line went dead");
        })(),
      );
    },
    { maxRetries: 1, retryDelay: 1 },
  );
  const state = await flow("broken", () => source()).run();
  const of = state.result.task("source");
  assert.equal([of.type, of.message, attempts], ["Failed", "RangeError: the line went dead", 2]);
  assert.equal(filesOf(world.notebook), []);
});

test("a time-out and a stop end the reading of a stream, and leave nothing", async (world) => {
  let begun = () => {};
  let told = false;
  const endless = () =>
    (async function* () {
      const { signal } = context();
      signal.addEventListener("abort", () => {
        told = true;
      });
      yield Buffer.alloc(2_000_000);
      begun();
      await new Promise(() => {});
    })();
  const late = await flow("late", () => task("source", endless, { timeout: 50 })()).run();
  assert.is(late.result.task("source").type, "TimedOut");
  const stop = new AbortController();
  begun = () => stop.abort();
  const stopped = await flow("stopped", () => task("source", endless)()).run({ signal: stop.signal });
  assert.equal([stopped.type, told], ["Cancelled", true]);
  while (filesOf(world.notebook).length > 0) await new Promise((resolve) => setTimeout(resolve, 10));
});

test("an async iterable of other things fails its task and says the way out", async () => {
  const rows = task("rows", async function* () {
    yield { a: 1 };
  });
  const state = await flow("rows", () => rows()).run();
  assert.match(state.result.task("rows").message!, /piece 1 is neither bytes nor text but object; .*array/);
});

test("without a store, and where a result is not to be stored, a stream is read as often all the same", async (world) => {
  world.broken = false;
  const made = readTwice(world);
  const state = await made.run({ store: "none" });
  assert.equal(state.result.get(made.calls.last).result, [SIZE, SIZE]);
  assert.equal(filesOf(world.notebook), []);

  const source = task("source", () => numbers(), { checkpoint: false });
  const wrap = task("wrap", (file: StoredBytes) => ({ rows: [1], file }));
  const wrapped = await flow("wrapped", () => wrap(source())).run();
  assert.is(filesOf(world.notebook).length, 1, "copied to the store with what refers to it");
  assert.is(await lengthOf((wrapped.result.task("wrap").result as { file: StoredBytes }).file), SIZE);
  assert.is(stateRecord(wrapped.result.task("source")).result.id, null);
});

test("streams come through signals, retries, maps and executors of others", async (world) => {
  const given = task("given", (): StoredBytes => {
    throw signals.success(numbers(200_000));
  });
  const zipped = task("zipped", (fill: number) => Readable.from(numbers(SIZE, fill)).pipe(createGzip()));
  const sizes = task("sizes", (one: StoredBytes, many: readonly StoredBytes[]) => [one.size, many.length]);
  const executor = new (class extends LocalExecutor {
    override async submit(...[ref, inputs, token]: Parameters<LocalExecutor["submit"]>) {
      if (ref.task.name !== "plain") return super.submit(ref, inputs, token);
      return new Success<unknown>({ result: numbers(300_000) });
    }
  })();
  const plain = task("plain", () => numbers());
  const made = flow("many ways", () => {
    const zips: TaskCall<StoredBytes[]> = zipped.map([1, 2, 1]);
    return { sizes: sizes(given(), zips), plain: plain() };
  });
  const state = await made.run({ executor });
  assert.equal(state.result.get(made.calls.sizes).result, [200_000, 3]);
  assert.is(state.value(made.calls.plain).size, 300_000);
  assert.is(filesOf(world.notebook).length, 4); // two of the three zips are the same bytes
});

test("a thread keeps the stream that its task returns, and reads those of others", async (world) => {
  const executor = new ThreadExecutor({ workers: 1 });
  const source = task("source", async function* () {
    for (let piece = 0; piece < 30; piece += 1) yield Buffer.alloc(100_000, 9);
  });
  const wrap = task("wrap", (file: StoredBytes) => ({
    file,
    when: new URL("https://a.b"),
    more: Buffer.alloc(100_000),
  }));
  const read = task("read", async ({ file, when, more }: { file: StoredBytes; when: URL; more: Buffer }) => {
    let sum = more.length;
    for await (const piece of file) sum += piece.length;
    return [sum, file.size, when.host, String(file)];
  });
  try {
    const made = flow("threads", () => {
      const wrapped = wrap(source());
      return { wrapped, read: read(wrapped) };
    });
    const state = await made.run({ executor });
    assert.is(state.type, "Success", state.result.task("read").message ?? "");
    assert.equal(state.result.get(made.calls.read).result, [3_100_000, 3_000_000, "a.b", "stream, 2.9 MiB"]);
    assert.is(await lengthOf(state.value(made.calls.wrapped).file), 3_000_000);
    assert.is(filesOf(world.notebook).length, 2);
    const broken = task("broken", async function* () {
      yield "a";
      throw new RangeError("the line went dead");
    });
    const failed = await flow("broken", () => broken()).run({ executor });
    assert.is(failed.result.task("broken").message, "RangeError: the line went dead");
  } finally {
    await executor.close();
  }
});

test("TypeScript knows what the next task gets", async () => {
  const read = task("read", (file: StoredBytes) => file.size);
  const takesText = task("takes text", (text: string) => text);
  const readable = task("readable", async () => Readable.from(["a"]));
  const web = task("web", () => new Blob(["a"]).stream());
  const either = task("either", (n: number) => (n > 0 ? numbers(n) : "none"));
  const plain = task("plain", () => ({ rows: [1] }));
  const typed = flow("typed", () => {
    read(readable());
    read(web());
    const rows: TaskCall<{ rows: number[] }> = plain();
    const mixed: TaskCall<StoredBytes | string> = either(1);
    // @ts-expect-error: it may be text
    read(mixed);
    // @ts-expect-error: it is no text
    takesText(readable());
    return rows;
  });
  assert.is((await typed.run({ store: "none" })).result.task("read").result, 1);
});

test("two tasks that give the same bytes keep them once, and gc as long as one is referred to", async (world) => {
  const first = task("first", () => numbers());
  const second = task("second", () => Buffer.alloc(SIZE, 1));
  await flow("one", () => first()).run();
  await flow("two", () => second()).run();
  assert.is(filesOf(world.notebook).length, 1);
  const [file] = filesOf(world.notebook) as [string];
  utimesSync(file, 1, 1);
  const [two, one] = await world.notebook.runs();
  await world.notebook.opened.gc({ olderThan: two!.createdAt, keepLast: 0, dryRun: false });
  assert.ok(existsSync(file));
  utimesSync(file, 1, 1);
  await world.notebook.opened.gc({ olderThan: Date.now() + 9_999, keepLast: 0, dryRun: false });
  assert.equal([(await world.notebook.runs()).length, existsSync(file), one!.flow], [0, false, "one"]);
});

test("a pending task's inputs keep their bytes", async (world) => {
  const make = () => {
    const source = task("source", () => Buffer.alloc(100_000, 3));
    const later = task(
      "later",
      (content: Buffer) => {
        if (world.broken) throw new Error("not yet");
        return content.length;
      },
      { maxRetries: 1, retryDelay: "1h" },
    );
    return flow("later", () => later(source()));
  };
  await make().run({ maxWait: 0 });
  const [file] = filesOf(world.notebook) as [string];
  utimesSync(file, 1, 1);
  await world.notebook.opened.gc({ olderThan: Date.now() + 9_999, keepLast: 1, dryRun: false });
  assert.ok(existsSync(file));
});

test("records and wire form tell what a stream is", async (world) => {
  const source = task("source", () => numbers());
  await flow("told", () => source()).run();
  const [run] = await world.notebook.runs();
  const { result } = run!.tasks[0]!.state;
  assert.match(result.preview!, /^stream, 2\.9 MiB \(sha256 /);
  assert.ok(result.bytes! > SIZE && result.bytes! < SIZE + 500);
  const state = await flow("told", () => source()).run();
  const wire = (await dumpState(state.result.task("source")))._result!;
  assert.is(wire.type, "Unserializable");
  assert.match((wire as { reason: string }).reason, /stream, 2\.9 MiB, which stays in the store/);
});

test("the wire form of a value with large bytes has them all", async (world) => {
  const make = () => {
    const source = task("source", () => ({ rows: [1], image: Buffer.alloc(100_000, 5) }));
    const fails = task("fails", (_: unknown) => {
      if (world.broken) throw new Error("no");
    });
    return flow("wire", () => {
      const made = Array.from({ length: 200 }, () => source());
      return fails(made.at(-1)!);
    });
  };
  await make().run();
  const state = await make().run(); // kept, and too much to be read without being asked for
  const kept = state.result.task("source");
  assert.throws(
    () => kept.result,
    (error: Error) => error instanceof UnreadResultError,
  );
  const wire = (await dumpState(kept))._result as { type: string; value: unknown };
  assert.is(wire.type, "Result");
  assert.ok(JSON.stringify(wire.value).includes(Buffer.alloc(100_000, 5).toString("base64")));
});

test("a serializer that cannot hold a stream says so, and the run goes on with it", async (world) => {
  const source = task("source", () => numbers(), { serializer: new JSONSerializer() });
  const count = task("count", (file: StoredBytes) => lengthOf(file));
  const state = await flow("json", () => count(source())).run();
  assert.is(state.result.task("count").result, SIZE);
  const [run] = await world.notebook.runs();
  assert.match(run!.tasks[0]!.state.result.reason!, /instance of StoredBytes/);
});

test("a stream counts by its content where a task is kept or taken from the cache", async (world) => {
  const make = (fill: number) => {
    const source = task("source", () => numbers(SIZE, fill));
    const count = task(
      "count",
      async (file: StoredBytes) => {
        world.ran.push(`count ${fill}`);
        return await lengthOf(file);
      },
      { cacheFor: "1h" },
    );
    return flow("cached", () => count(source()));
  };
  const whole = make(1);
  await whole.run();
  await make(1).run();
  await make(2).run();
  assert.equal(world.ran, ["count 1", "count 2"]);
  const [run] = await world.notebook.runs();
  assert.equal(typesOf(run!), { source: "Success", count: "Cached" });
  const [one, two] = [await whole.run(), await whole.run()].map((state) => state.result.task("source").result);
  assert.is(hashValue(one), hashValue(two));
});

test.run();
