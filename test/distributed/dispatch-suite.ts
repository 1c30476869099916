import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Dispatch, WorkerDispatch } from "../../src/distributed/dispatch.js";
import type { Note, WorkerNotice } from "../../src/distributed/orders.js";
import { until } from "./until.js";

/** What a test needs of a queue. Each test has a queue of its own. */
export interface QueueWorld {
  readonly desk: Dispatch;
  /** A further worker on the queue; closed with it. */
  readonly worker: (name: string) => Promise<WorkerDispatch>;
  /** As if a worker had died: it renews and says nothing any more. */
  readonly loseLeases: (worker: WorkerDispatch) => Promise<void>;
  readonly close: () => Promise<void>;
}

const order = (attempt: string, run = "run-1") => ({ run, attempt, text: `text of ${attempt}` });
const notice: WorkerNotice = {
  id: "id-1",
  name: "w1",
  host: "here",
  slots: 2,
  running: 1,
  node: "20.0.0",
  cellar: "0.1.0",
  protocol: 1,
  since: 5,
  leaving: false,
};

/** The next order, whatever waits in between. */
async function taken(worker: WorkerDispatch): Promise<NonNullable<Awaited<ReturnType<WorkerDispatch["take"]>>>> {
  for (let tries = 0; tries < 30; tries += 1) {
    const delivery = await worker.take();
    if (delivery) return delivery;
  }
  throw new Error("no order came");
}

/** What every queue promises. Each queue's test file runs it with its own `open`. */
export function dispatchSuite(name: string, open: () => Promise<QueueWorld>, end?: () => Promise<void>): void {
  const test = suite(name);
  if (end) test.after(end);
  const inQueue = (what: string, body: (world: QueueWorld) => Promise<void>) =>
    test(what, async () => {
      const world = await open();
      try {
        await body(world);
      } finally {
        await world.close();
      }
    });

  inQueue("take() gives what was posted, oldest first, each to one worker", async ({ desk, worker }) => {
    const [one, other] = [await worker("w1"), await worker("w2")];
    await desk.post([order("a"), order("b")]);
    assert.equal(await taken(one), { ...order("a"), takers: [] });
    assert.equal(await taken(other), { ...order("b"), takers: [] });
    assert.is(await desk.waiting(), 0);
  });
  inQueue("post() leaves an attempt that is there as it is", async ({ desk, worker }) => {
    await desk.post([order("a")]);
    await desk.post([order("a"), order("b")]);
    assert.is(await desk.waiting(), 2);
    const one = await worker("w1");
    await taken(one);
    await desk.post([order("a")]); // it is leased
    assert.is(await desk.waiting(), 1);
  });
  inQueue("take() waits and gives undefined when nothing comes", async ({ worker }) => {
    assert.is(await (await worker("w1")).take(), undefined);
  });
  inQueue("has() knows what waits and what is leased, and no more", async ({ desk, worker }) => {
    const one = await worker("w1");
    await desk.post([order("a"), order("b")]);
    const delivery = await taken(one);
    assert.equal([...(await desk.has(["a", "b", "c"]))], ["a", "b"]);
    await one.commit(delivery, "done");
    assert.equal([...(await desk.has(["a", "b", "c"]))], ["b"]);
  });
  inQueue("commit() writes the first outcome, and refuses a later one", async ({ desk, worker, loseLeases }) => {
    const [one, other] = [await worker("w1"), await worker("w2")];
    await desk.post([order("a")]);
    const zombie = await taken(one);
    await loseLeases(one);
    const delivery = await taken(other);
    assert.equal(delivery.takers, ["w1"]);
    assert.is(await other.commit(delivery, "by w2"), true);
    assert.is(await one.commit(zombie, "by w1"), false);
    assert.equal([...(await desk.outcomes("run-1", ["a", "b"]))], [["a", "by w2"]]);
    assert.equal([...(await desk.outcomes("run-2", ["a"]))], []);
    await desk.forget("run-1", ["a"]);
    assert.equal([...(await desk.outcomes("run-1", ["a"]))], []);
  });
  inQueue("take() gives nothing that has an outcome", async ({ desk, worker, loseLeases }) => {
    const [one, other] = [await worker("w1"), await worker("w2")];
    await desk.post([order("a")]);
    const delivery = await taken(one);
    await loseLeases(one);
    await one.commit(delivery, "late, and first");
    await desk.post([order("a"), order("b")]);
    assert.is((await taken(other)).attempt, "b");
    await until(async () => {
      assert.is(await other.take(), undefined);
      return (await desk.has(["a"])).size === 0;
    });
  });
  inQueue("take() counts the workers that an order had", async ({ desk, worker, loseLeases }) => {
    const workers = [await worker("w1"), await worker("w2"), await worker("w3")];
    await desk.post([order("a")]);
    for (const [index, each] of workers.entries()) {
      const names = ["w1", "w2", "w3"].slice(0, index);
      assert.equal((await taken(each)).takers, names);
      await loseLeases(each);
    }
  });
  inQueue("handBack() gives the order to another worker, uncounted", async ({ desk, worker }) => {
    const [one, other] = [await worker("w1"), await worker("w2")];
    await desk.post([order("a")]);
    await one.handBack(await taken(one));
    assert.equal(await taken(other), { ...order("a"), takers: [] });
  });
  inQueue("renew() keeps leases, and tells which were lost", async ({ desk, worker, loseLeases }) => {
    const [one, other] = [await worker("w1"), await worker("w2")];
    await desk.post([order("a")]);
    const delivery = await taken(one);
    assert.equal(await one.renew(), { lost: [], stopped: [] });
    await loseLeases(one);
    await taken(other);
    assert.equal(await one.renew(), { lost: ["a"], stopped: [] });
    await one.drop(delivery);
    assert.equal(await one.renew(), { lost: [], stopped: [] });
  });
  inQueue("withdraw() takes back what waits", async ({ desk, worker }) => {
    await desk.post([order("a"), order("b")]);
    await desk.withdraw(["a"]);
    assert.is((await taken(await worker("w1"))).attempt, "b");
    assert.equal([...(await desk.has(["a"]))], []);
  });
  inQueue("withdraw() stops what a worker has", async ({ desk, worker }) => {
    const one = await worker("w1");
    const heard: string[] = [];
    one.onStop((attempt) => heard.push(attempt));
    await desk.post([order("a")]);
    const delivery = await taken(one);
    await until(async () => {
      await desk.withdraw(["a"]);
      return heard.includes("a");
    });
    assert.equal((await one.renew()).stopped, ["a"]);
    await one.drop(delivery);
    assert.equal([...(await desk.has(["a"]))], []);
  });
  inQueue("follow() hears notes of its run, from the first on", async ({ desk, worker }) => {
    const one = await worker("w1");
    const heard: Note[] = [];
    one.note("run-1", [{ attempt: "a", log: "early" }]);
    one.note("run-2", [{ attempt: "x", log: "of another" }]);
    desk.follow("run-1", (notes) => heard.push(...notes));
    await until(() => heard.length === 1);
    await desk.post([order("a")]);
    const delivery = await taken(one);
    one.note("run-1", [
      { attempt: "a", began: { worker: "w1", host: "here" } },
      { attempt: "a", fraction: 0.5, message: null },
    ]);
    await one.commit(delivery, "done");
    await until(() => heard.length === 4);
    assert.equal(heard.at(-1), { attempt: "a", ended: true });
  });
  inQueue("workers() lists who announced itself, until it left", async ({ desk, worker }) => {
    const one = await worker("w1");
    assert.equal(await desk.workers(), []);
    await one.announce(notice);
    assert.equal(await desk.workers(), [notice]);
    await one.announce({ ...notice, running: 2 });
    assert.equal(
      (await desk.workers()).map(({ running }) => running),
      [2],
    );
    await one.leave("id-1");
    assert.equal(await desk.workers(), []);
  });
  for (const [what, bytes] of [
    ["nothing", new Uint8Array(0)],
    ["a byte", new Uint8Array([7])],
    ["more than a piece", new Uint8Array(2_500_000).map((_, index) => index % 251)],
  ] as const)
    inQueue(`depot keeps ${what} and gives it back on the other side`, async ({ desk, worker }) => {
      const one = await worker("w1");
      assert.is(await one.depot.get("value:x"), undefined);
      await desk.depot.put("value:x", [bytes.subarray(0, 10), bytes.subarray(10)]);
      const pieces: Uint8Array[] = [];
      for await (const piece of (await one.depot.get("value:x"))!) pieces.push(piece);
      assert.ok(Buffer.concat(pieces).equals(bytes));
      assert.equal([...(await one.depot.holds(["value:x", "value:y"]))], ["value:x"]);
    });
  inQueue("depot puts whole or not at all", async ({ desk }) => {
    const broken = async function* () {
      yield new Uint8Array(10);
      throw new Error("cut");
    };
    await desk.depot.put("value:x", broken()).catch(() => {});
    assert.equal([...(await desk.depot.holds(["value:x"]))], []);
  });
  test.run();
}
