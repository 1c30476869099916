import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient }>("deleted cells");
test.before(async (context) => {
  context.client = await KernelClient.start();
});
test.after(({ client }) => client.close());

test("lose their calls in the notebook's flow, and keep what they declared", async ({ client }) => {
  const run = (cellId: string, code: string, deletedCells: string[] = []) =>
    client.execute(code, {}, { cellId, deletedCells });
  await run(
    "tasks",
    'import { task } from "cellar";\nconst one = task("one", () => 1);\nconst plus = task("plus", (n: number) => n + 1);',
  );
  await run("calls", "const first = one();");
  await run("after", "const second = plus(first);");
  assert.is((await run("look", "[first.stale, second.stale, one().name]")).result, "[ false, false, 'one-2' ]");
  const { result } = await run("again", "[first.stale, second.stale, one().name]", ["calls", "look"]);
  assert.is(result, "[ true, true, 'one' ]");
  assert.is((await run("await", "await second")).result, "2");
});
test.run();
