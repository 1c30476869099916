import { test } from "uvu";
import * as assert from "uvu/assert";
import { ReplayMemory } from "../../kernel/protocol/replay-memory.js";

test("admit() lets a signature in once", () => {
  const memory = new ReplayMemory();
  assert.ok(memory.admit("a"));
  assert.not.ok(memory.admit("a"));
  assert.ok(memory.admit("b"));
});

test("admit() remembers at least the last 32 767 signatures", () => {
  const memory = new ReplayMemory();
  for (let each = 0; each < 200_000; each += 1) memory.admit(String(each));
  for (let each = 200_000 - 32_767; each < 200_000; each += 1) assert.not.ok(memory.admit(String(each)));
});

test.run();
