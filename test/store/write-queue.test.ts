import { test } from "uvu";
import * as assert from "uvu/assert";
import { type QueuedWrite, WriteQueue } from "../../src/store/write-queue.js";

interface Letter extends QueuedWrite {
  readonly letter: string;
}
const write = (letter: string, more: Partial<QueuedWrite> = {}): Letter => ({ letter, weight: 1, ...more });

/** A commit that records its groups, waits until told, and fails where `fails` says so. */
function recorder(fails: (letters: string) => boolean = () => false) {
  const groups: string[] = [];
  const gates: (() => void)[] = [];
  const commit = async (group: readonly Letter[]) => {
    const letters = group.map(({ letter }) => letter).join("");
    groups.push(letters);
    await new Promise<void>((resolve) => gates.push(resolve));
    if (fails(letters)) throw new Error(`refused ${letters}`);
  };
  const openGates = setInterval(() => gates.shift()?.(), 1);
  return { groups, commit, gates, end: () => clearInterval(openGates) };
}

test("add() groups what comes while a commit is in flight, in order", async () => {
  const { groups, commit, gates, end } = recorder();
  const queue = new WriteQueue<Letter>(commit, () => false);
  const first = queue.add(write("a"));
  while (gates.length === 0 && groups.length === 0) await new Promise(setImmediate);
  await Promise.all([first, queue.add(write("b")), queue.add(write("c")), queue.add(write("d"))]);
  assert.equal(groups, ["a", "bcd"]);
  end();
});

test("add() fails a write for its own reasons only", async () => {
  const { groups, commit, end } = recorder((letters) => letters.includes("b"));
  const queue = new WriteQueue<Letter>(commit, () => false);
  const settled = await Promise.allSettled(["a", "b", "c"].map((letter) => queue.add(write(letter))));
  assert.equal(
    settled.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.equal(groups, ["abc", "a", "b", "c"]);
  end();
});

test("add() fails the whole group when the failure hits all", async () => {
  const { groups, commit, end } = recorder(() => true);
  const queue = new WriteQueue<Letter>(commit, () => true);
  const settled = await Promise.allSettled(["a", "b"].map((letter) => queue.add(write(letter))));
  assert.equal(
    settled.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(groups, ["ab"]);
  end();
});

test("add() waits until a write is ready, and leaves out one that never will be", async () => {
  const { groups, commit, end } = recorder();
  const queue = new WriteQueue<Letter>(commit, () => false);
  const ready = new Promise<void>((resolve) => setTimeout(resolve, 5));
  const settled = await Promise.allSettled([
    queue.add(write("a", { ready })),
    queue.add(write("b", { ready: Promise.reject(new Error("no space")) })),
    queue.add(write("c")),
  ]);
  assert.equal(
    settled.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.equal(groups, ["ac"]);
  end();
});

test("add() divides what is too heavy for one commit", async () => {
  const { groups, commit, end } = recorder();
  const queue = new WriteQueue<Letter>(commit, () => false);
  await Promise.all(["a", "b", "c"].map((letter) => queue.add(write(letter, { weight: 5_000_000 }))));
  assert.equal(groups, ["a", "b", "c"]);
  end();
});

test("drained() resolves when all is written, at once when nothing waits", async () => {
  const { groups, commit, end } = recorder();
  const queue = new WriteQueue<Letter>(commit, () => false);
  await queue.drained();
  void queue.add(write("a"));
  void queue.add(write("b"));
  await queue.drained();
  assert.equal(groups, ["ab"]);
  end();
});

test.run();
