import { test } from "uvu";
import * as assert from "uvu/assert";
import { CellQueue } from "../../kernel/wire/cell-queue.js";
import { requestOf } from "./recorded.js";

/** A queue that writes down what it did; `failing` codes abort what is queued. */
function recorded() {
  const done: string[] = [];
  const queue: CellQueue = new CellQueue(
    async ({ content }) => {
      await new Promise((resolve) => setImmediate(resolve));
      done.push(`run ${content.code}`);
      if (content.code === "failing") await queue.abortQueued();
    },
    async ({ content }) => void done.push(`abort ${content.code}`),
  );
  const cell = (code: string) => queue.push(requestOf("execute_request", { code }));
  const until = async (count: number) => {
    while (done.length < count) await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, done, cell, until };
}

test("push() runs requests one after another, in order", async () => {
  const { done, cell, until } = recorded();
  for (const code of ["a", "b", "c"]) cell(code);
  await until(3);
  assert.equal(done, ["run a", "run b", "run c"]);
});

test("abortQueued() aborts the cells that are queued and runs those that come later", async () => {
  const { done, cell, until } = recorded();
  for (const code of ["failing", "b", "c"]) cell(code);
  await until(3);
  cell("d");
  await until(4);
  assert.equal(done, ["run failing", "abort b", "abort c", "run d"]);
});

test("abortQueued() leaves comms in their place", async () => {
  const { queue, done, cell, until } = recorded();
  cell("failing");
  queue.push(requestOf("comm_msg", { code: "comm" }));
  cell("b");
  await until(3);
  assert.equal(done, ["run failing", "run comm", "abort b"]);
});

test.run();
