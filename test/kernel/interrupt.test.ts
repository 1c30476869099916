import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient }>("interrupt");
test.before(async (context) => {
  context.client = await KernelClient.start();
  await context.client.execute("let kept = 41;");
});
test.after(({ client }) => client.close());

const STUCK: [what: string, code: string][] = [
  ["a sync loop", 'console.log("begun"); for (;;) {}'],
  [
    "a loop after an await",
    'await null; console.log("begun"); await new Promise((r) => setTimeout(r, 1)); for (;;) {}',
  ],
  ["an await that never settles", 'console.log("begun"); await new Promise(() => {});'],
  ["a loop in a timer", 'setTimeout(() => { for (;;) {} }, 1); console.log("begun"); await new Promise(() => {});'],
];
const WAYS: [what: string, interrupt: (client: KernelClient) => unknown][] = [
  ["interrupt_request", (client) => client.request("interrupt_request", {}, "control").reply],
  ["SIGINT", (client) => client.kernel.kill("SIGINT")],
];
for (const [what, code] of STUCK)
  for (const [way, interrupt] of WAYS)
    test(`${way} stops ${what} and keeps variables`, async ({ client }) => {
      const cell = client.begin(code);
      await client.next(
        ({ header, content }) => header.msg_type === "stream" && String(content.text).includes("begun"),
      );
      await interrupt(client);
      const { reply } = await client.finish(cell);
      assert.is(reply.status, "error");
      assert.is(reply.ename, "KeyboardInterrupt");
      assert.is((await client.execute("kept + 1")).result, "42");
    });

test("an interrupt aborts the queued cells", async ({ client }) => {
  const cells = ['console.log("begun"); for (;;) {}', "1"].map((code) => client.begin(code));
  await client.next(({ header }) => header.msg_type === "stream");
  await client.request("interrupt_request", {}, "control").reply;
  const [, queued] = await Promise.all(cells.map((cell) => client.finish(cell)));
  assert.is(queued!.reply.status, "aborted");
});

test("an interrupt while nothing runs changes nothing", async ({ client }) => {
  const { content } = await client.request("interrupt_request", {}, "control").reply;
  assert.is(content.status, "ok");
  assert.is((await client.execute("kept + 1")).result, "42");
});

test("an interrupt that comes with the cell stops it", async ({ client }) => {
  for (let each = 0; each < 5; each += 1) {
    const cell = client.begin("for (;;) {}");
    await client.next(({ header, parent }) => header.msg_type === "execute_input" && parent.msg_id === cell.id);
    await client.request("interrupt_request", {}, "control").reply;
    assert.is((await client.finish(cell)).reply.ename, "KeyboardInterrupt");
  }
  assert.is((await client.execute("kept + 1")).result, "42");
});

test.run();
