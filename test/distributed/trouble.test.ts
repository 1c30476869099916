/** What is said when something is wrong with the queue, its workers or what crosses: each on a real redis-server. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Redis } from "ioredis";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { BullDispatch } from "../../src/distributed/bull-dispatch.js";
import { BullWorkerDispatch } from "../../src/distributed/bull-worker-dispatch.js";
import type { WorkerNotice } from "../../src/distributed/orders.js";
import { QueueExecutor, type QueueOptions } from "../../src/distributed/queue-executor.js";
import { redisWarnings } from "../../src/distributed/queue-trouble.js";
import { flow } from "../../src/flow/flow.js";
import { noteSource } from "../../src/source/source-note.js";
import type { State } from "../../src/state/states.js";
import { task } from "../../src/task/task.js";
import type { TaskOptions } from "../../src/task/task-definition.js";
import { Notebook } from "../engine/notebook.js";
import { Cluster } from "./cluster.js";
import { isRunning } from "./is-running.js";
import { until } from "./until.js";
import "../../src/index.js";

const test = suite("trouble");
let notebook: Notebook;
test.before(async () => {
  notebook = await Notebook.open();
});
test.after(() => notebook.close());

/** Whether a worker has taken something. */
const hasBegun =
  ({ server }: Cluster) =>
  async () => {
    const admin = new Redis(server.url);
    const found = await admin.keys("*takers*");
    admin.disconnect();
    return found.length > 0;
  };

interface Case {
  readonly cluster: Cluster;
  readonly executor: (options?: QueueOptions) => QueueExecutor;
  /** What was said to the person. */
  readonly warnings: string[];
}

/** A test on a queue of its own. */
function onCluster(what: string, body: (world: Case) => Promise<void>, redisArgs?: readonly string[]): void {
  test(what, async () => {
    const cluster = await Cluster.start(redisArgs);
    const executors: QueueExecutor[] = [];
    const warnings: string[] = [];
    const { warn } = console;
    console.warn = (text: string) => warnings.push(text);
    try {
      await body({
        cluster,
        warnings,
        executor: (options) => {
          const executor = new QueueExecutor({ connection: cluster.server.url, ...options });
          executors.push(executor);
          return executor;
        },
      });
    } finally {
      console.warn = warn;
      await Promise.all(executors.map((executor) => executor.close()));
      await cluster.stop();
    }
  });
}

function running<R>(executor: QueueExecutor, fn: () => R, options: TaskOptions & { signal?: AbortSignal } = {}) {
  const { signal, ...rest } = options;
  const built = flow("f", () => ({ work: task("work", fn, rest)() }));
  return built
    .run({ executor, resume: "never", ...(signal && { signal }) })
    .then((state) => state.result.get(built.calls.work as never) as State);
}
const noted = (text: string, imports: { [name: string]: string } = {}) =>
  noteSource((() => assert.unreachable("it ran here")) as () => unknown, text, () => ({}), imports);

const openings: readonly (readonly [what: string, path: (port: number) => string, args: string[], error: RegExp])[] = [
  [
    "that is not there",
    () => "redis://127.0.0.1:1",
    [],
    /^Cannot reach the queue at redis:\/\/127\.0\.0\.1:1: connection refused; start Redis there, or give QueueExecutor another connection$/,
  ],
  [
    "whose host is unknown",
    () => "redis://nowhere.invalid:6379",
    [],
    /^Cannot reach the queue at redis:\/\/nowhere\.invalid:6379: no such host/,
  ],
  [
    "that wants a password",
    (port) => `redis://127.0.0.1:${port}`,
    ["--requirepass", "secret"],
    /^The queue at redis:\/\/127\.0\.0\.1:\d+ refuses the password$/,
  ],
  [
    "that wants another password",
    (port) => `redis://:wrong@127.0.0.1:${port}`,
    ["--requirepass", "secret"],
    /^The queue at redis:\/\/127\.0\.0\.1:\d+ refuses the password$/,
  ],
];
for (const [what, path, args, error] of openings)
  onCluster(
    `open() of a queue ${what} says so`,
    async ({ cluster }) => {
      const url = new URL(path(cluster.server.port));
      const failure = await new BullDispatch({ url, queue: "q" }).open().then(
        () => new Error("it opened"),
        (thrown: Error) => thrown,
      );
      assert.match(failure.message, error);
      assert.not(failure.message.includes("wrong"));
      assert.ok(failure.cause);
    },
    args,
  );

test("redisWarnings() says what Redis may lose", () => {
  const info = (policy: string, memory: string, aof: string) =>
    `# Memory\r\nmaxmemory:${memory}\r\nmaxmemory_policy:${policy}\r\n# Persistence\r\naof_enabled:${aof}\r\n`;
  assert.equal(redisWarnings(info("noeviction", "0", "1")), []);
  assert.equal(redisWarnings(info("allkeys-lru", "1000", "1")), [
    "The queue's Redis drops keys when it is full (allkeys-lru): tasks may then be called again. Set maxmemory-policy noeviction",
  ]);
  assert.equal(redisWarnings(info("allkeys-lru", "1000", "0")), [
    "The queue's Redis drops keys when it is full (allkeys-lru) and forgets all when it restarts: tasks may then be called again. Set maxmemory-policy noeviction and appendonly yes",
  ]);
});
onCluster(
  "open() warns of a Redis that drops keys, and BullMQ says nothing",
  async ({ cluster, warnings }) => {
    const dispatch = new BullDispatch({ url: new URL(cluster.server.url), queue: "q" });
    const health = await dispatch.open();
    await dispatch.post([{ run: "r", attempt: "a", text: "t" }]);
    await dispatch.close();
    assert.equal(health.warnings.length, 1);
    assert.match(health.warnings[0]!, /drops keys when it is full \(allkeys-lru\) and forgets all when it restarts/);
    assert.equal(warnings, []);
  },
  ["--maxmemory", "50mb", "--maxmemory-policy", "allkeys-lru", "--appendonly", "no"],
);

onCluster("a queue that goes away and comes back delays the run", async ({ cluster, executor, warnings }) => {
  await cluster.worker("w1");
  const built = flow("away", () => {
    const wait = task("wait", async (n: number) => {
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return n;
    });
    return { all: wait.map([1, 2, 3, 4]) };
  });
  const ended = built.run({ executor: executor(), resume: "never" });
  await until(hasBegun(cluster));
  await cluster.server.kill();
  await new Promise((resolve) => setTimeout(resolve, 2500)); // outcomes come up meanwhile
  await cluster.server.restart();
  assert.equal((await ended).result.get(built.calls.all as never)?.result, [1, 2, 3, 4]);
  assert.equal(warnings, [`The queue at ${cluster.server.url} is away; the run waits for it`]);
});

onCluster("a wiped queue is filled again", async ({ cluster, executor }) => {
  await cluster.worker("w1");
  const built = flow("wiped", () => ({
    all: task("slow", async (n: number) => {
      await new Promise((resolve) => setTimeout(resolve, 300));
      return n * n;
    }).map(Array.from({ length: 20 }, (_, index) => index)),
  }));
  const ended = built.run({ executor: executor(), resume: "never" });
  const admin = new Redis(cluster.server.url);
  await until(async () => (await admin.keys("*outcomes*")).length > 0);
  await admin.flushall();
  admin.disconnect();
  const { result } = (await ended).result.get(built.calls.all as never) as State;
  assert.equal(
    result,
    Array.from({ length: 20 }, (_, index) => index * index),
  );
});

onCluster(
  "a queue without workers says so once, and a cancel ends the wait",
  async ({ cluster, executor, warnings }) => {
    const stop = new AbortController();
    const ended = running(executor(), () => 1, { signal: stop.signal });
    await until(() => warnings.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 4000)); // a look later it is not said again
    assert.equal(warnings, [
      `No worker takes queue "cellar"; start one: cellar worker --connection ${cluster.server.url}`,
    ]);
    stop.abort();
    assert.is((await ended).type, "Cancelled");
    const admin = new Redis(cluster.server.url);
    await until(async () => (await admin.llen("{cellar:cellar}:orders-1:wait")) === 0);
    admin.disconnect();
  },
);

const notice = (id: string, protocol: number): WorkerNotice => ({
  ...{ id, name: id, host: "there", slots: 1, running: 0, node: "20.0.0", since: 0, leaving: false },
  ...{ cellar: "0.0.9", protocol },
});
onCluster("workers of another protocol are told by number and version", async ({ cluster, executor, warnings }) => {
  const other = new BullWorkerDispatch({ url: new URL(cluster.server.url), queue: "cellar", worker: "old" });
  await other.open();
  const stop = new AbortController();
  const ended = running(executor(), () => 1, { signal: stop.signal });
  await until(async () => {
    await other.announce(notice("a", 99));
    await other.announce(notice("b", 99));
    return warnings.length > 0;
  });
  stop.abort();
  await ended;
  await other.close();
  assert.match(
    warnings[0]!,
    /^2 workers of queue "cellar" run Cellar 0\.0\.9 and cannot take orders of \d+\.\d+\.\d+: update them$/,
  );
});

onCluster("a package that is missing on a worker is named with its version", async ({ cluster, executor }) => {
  await cluster.worker("w2");
  const folder = process.cwd();
  Object.assign(notebook, { importFolder: () => folder });
  try {
    const { version } = JSON.parse(await readFile(join(folder, "node_modules/acorn/package.json"), "utf8"));
    const fn = noted("() => parse('1').type", { parse: "acorn#parse" });
    assert.is((await running(executor(), fn)).result, "Program"); // bundled
    const state = await running(executor({ external: ["acorn"] }), fn);
    assert.is(state.type, "Failed");
    assert.is(
      state.message,
      `Error: Cannot run task "work" on worker "w2": package "acorn" is not installed there (${version} here); install it, or take it out of "external"`,
    );
  } finally {
    Reflect.deleteProperty(notebook, "importFolder");
  }
});

onCluster("an order that is signed with another key is refused", async ({ cluster, executor }) => {
  const worker = await cluster.worker("w2", ["--concurrency", "1"], { CELLAR_QUEUE_KEY: "right" });
  const message = (why: string) => `Error: Worker "w2" refused the order: ${why}`;
  const wrong = await running(executor({ key: "wrong" }), () => 1);
  assert.equal([wrong.type, wrong.message], ["Failed", message("it is signed with another key")]);
  assert.is((await running(executor(), () => 1)).message, message("it is not signed"));
  assert.is(
    (await running(executor({ key: "right" }), () => process.env.CELLAR_QUEUE_KEY ?? "hidden")).result,
    "hidden",
  );
  assert.match(worker.output, "refused an order of run");
});
onCluster("an outcome that is not signed by the key is not believed", async ({ cluster, executor }) => {
  const forger = new BullWorkerDispatch({ url: new URL(cluster.server.url), queue: "cellar", worker: "forger" });
  await forger.open();
  const ended = running(executor({ key: "right" }), () => 1);
  let delivery: Awaited<ReturnType<typeof forger.take>>;
  await until(async () => {
    delivery = await forger.take();
    return delivery !== undefined;
  });
  const { run, attempt } = delivery!;
  const state = { type: "Success", message: null, cached_inputs: {}, context: {}, __version__: 1 };
  await forger.commit(delivery!, `-.${JSON.stringify({ run, attempt, worker: "forger", state, result: null })}`);
  const { type, message } = await ended;
  await forger.close();
  assert.is(type, "Failed");
  assert.match(message!, 'Cannot read what task "work" came to on a worker: it is not signed');
});
test("a queue that others reach wants a key", () => {
  const message =
    /^Cannot use the queue at rediss:\/\/queue\.example:6379 without a key: whoever reaches it could run code/;
  assert.throws(() => new QueueExecutor({ connection: "rediss://user:hunter2@queue.example:6379" }), message);
  assert.throws(
    () => new QueueExecutor({ connection: "rediss://user:hunter2@queue.example:6379" }),
    (error: Error) => !error.message.includes("hunter2"),
  );
  for (const given of [{ key: "k" }, { unsigned: true }])
    new QueueExecutor({ connection: "rediss://queue.example:6379", ...given });
  assert.throws(() => new QueueExecutor({ connection: "http://:secret@x" }), /Cannot use "http:\/\/…@x" as a queue/);
  assert.throws(() => new QueueExecutor({ concurrency: 0 }), /concurrency is 0, not 1 or more/);
});

onCluster("a worker that dies is replaced: the attempt begins elsewhere, uncounted", async ({ cluster, executor }) => {
  const file = join(cluster.folder, "begun");
  const first = await cluster.worker("w1", ["--concurrency", "1"]);
  const fn = noted(
    `async () => {
      const { appendFileSync, readFileSync } = await import("node:fs");
      appendFileSync(${JSON.stringify(file)}, "x");
      if (readFileSync(${JSON.stringify(file)}, "utf8") === "x") await new Promise(() => {});
      return context().taskRunCount;
    }`,
    { context: "cellar#context" },
  );
  const ended = running(executor(), fn);
  await until(() =>
    readFile(file, "utf8").then(
      (text) => text === "x",
      () => false,
    ),
  );
  await first.end("SIGKILL");
  await cluster.worker("w2", ["--concurrency", "1"]);
  const state = await ended;
  assert.equal([state.type, state.result], ["Success", 1]);
  assert.is(await readFile(file, "utf8"), "xx");
});
onCluster("a task with which four workers died is Crashed, by their names", async ({ cluster, executor }) => {
  // Its parent is the worker: it takes that along, as what eats a machine's memory would.
  const fn = () => {
    process.kill(process.ppid, "SIGKILL");
    return new Promise(() => {});
  };
  const ended = running(executor(), fn);
  for (const name of ["w1", "w2", "w3", "w4"]) await (await cluster.worker(name, ["--concurrency", "1"])).ended;
  await cluster.worker("w5", ["--concurrency", "1"]);
  const { type, message } = await ended;
  assert.is(type, "Crashed");
  assert.is(message, 'Four workers died while they ran task "work" (w1, w2, w3, w4)');
});
onCluster("a worker that is told to end lets its task end, and takes nothing more", async ({ cluster, executor }) => {
  const worker = await cluster.worker("w1", ["--concurrency", "1", "--grace", "30s"]);
  const built = flow("f", () => ({
    all: task("slow", async (n: number) => {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return [n, process.ppid];
    }).map([1, 2]),
  }));
  const ended = built.run({ executor: executor(), resume: "never" });
  await until(hasBegun(cluster));
  worker.signal("SIGTERM");
  assert.is(await worker.ended, 0);
  const other = await cluster.worker("w2", ["--concurrency", "1"]);
  const { result } = (await ended).result.get(built.calls.all as never) as State;
  assert.equal(result, [
    [1, worker.pid],
    [2, other.pid],
  ]);
});
onCluster("a worker that may not wait hands its task back", async ({ cluster, executor }) => {
  const worker = await cluster.worker("w1", ["--concurrency", "1", "--grace", "0s"]);
  const ended = running(executor(), async () => {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    return process.ppid;
  });
  await until(hasBegun(cluster));
  worker.signal("SIGTERM");
  await worker.ended;
  const other = await cluster.worker("w2", ["--concurrency", "1"]);
  assert.is((await ended).result, other.pid);
});
onCluster("what a dead worker ran ends with it, also in a loop", async ({ cluster, executor }) => {
  const worker = await cluster.worker("w1", ["--concurrency", "1"]);
  const file = join(cluster.folder, "pid");
  const fn = noted(
    `async () => {
      (await import("node:fs")).writeFileSync(${JSON.stringify(file)}, String(process.pid));
      for (;;);
    }`,
  );
  const stop = new AbortController();
  const ended = running(executor(), fn, { signal: stop.signal });
  let pid = 0;
  await until(async () => {
    pid = Number(await readFile(file, "utf8").catch(() => "0"));
    return pid > 0;
  });
  await worker.end("SIGKILL");
  await until(() => !isRunning(pid));
  stop.abort();
  await ended;
});
onCluster("a task that wants too much memory is Crashed with a way out", async ({ cluster, executor }) => {
  await cluster.worker("w1", ["--concurrency", "1", "--memory", "40"]);
  const { type, message } = await running(executor(), () => {
    const held: unknown[] = [];
    for (;;) held.push(new Array(10_000).fill({}).map((_, index) => ({ index })));
  });
  assert.is(type, "Crashed");
  assert.is(message, 'The process of task "work" on worker "w1" ended (SIGABRT): it may want more memory (--memory)');
});
onCluster("values go by a shelf that all reach, however large", async ({ cluster, executor }) => {
  const { FolderShelf } = await import("../../src/distributed/shelves.js");
  const place = join(cluster.folder, "shelf");
  await cluster.worker("w1", ["--shelf", place]);
  const shelved = executor({ shelf: new FolderShelf(place), largestThroughQueue: 1000 });
  const built = flow("f", () => {
    const make = task("make", () => new Uint8Array(3_000_000).fill(5));
    const sum = task("sum", (bytes: Uint8Array) => bytes.reduce((a, b) => a + b, 0));
    return { sum: sum(make()) };
  });
  const state = await built.run({ executor: shelved, resume: "never" });
  assert.is(state.result.get(built.calls.sum)?.result, 15_000_000);
  await cluster.workers[0]!.end();
  await cluster.worker("w2");
  const { message } = await running(shelved, () => 1);
  assert.is(
    message,
    `Error: Cannot run task "work" on worker "w2": its values lie in ${place}; start the worker with --shelf ${place}`,
  );
});
test.run();
