import { suite } from "uvu";
import * as assert from "uvu/assert";
import { newMessage } from "../../kernel/protocol/outgoing.js";
import { encode, type Message } from "../../kernel/protocol/wire-format.js";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient }>("forged messages");
test.before(async (context) => {
  context.client = await KernelClient.start();
  await context.client.request("kernel_info_request", {}).outputs; // the first request's idle came before
});
test.after(({ client }) => client.close());

const cell = (client: KernelClient, code: string): Message => {
  const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
  return newMessage({ type: "execute_request", content, parent: null, identities: [] }, client.session);
};
const MARK = "globalThis.forged = true; console.log('forged')";

const BAD: [what: string, frames: (client: KernelClient) => Buffer[]][] = [
  ["signed by another key", (client) => encode(cell(client, MARK), "another key")],
  ["not signed", (client) => encode(cell(client, MARK), "")],
  ["truncated", (client) => encode(cell(client, MARK), client.connection.key).slice(0, 4)],
  [
    "changed on the way",
    (client) => encode(cell(client, "1"), client.connection.key).with(5, Buffer.from(JSON.stringify({ code: MARK }))),
  ],
  ["no message at all", () => [Buffer.from("GET / HTTP/1.1")]],
  ["an empty frame", () => [Buffer.alloc(0)]],
  [
    "signed nonsense",
    (client) => encode({ ...cell(client, MARK), header: { msg_type: 3 } as never }, client.connection.key),
  ],
  [
    "megabytes of noise",
    (client) => encode({ ...cell(client, MARK), buffers: [new Uint8Array(8_000_000)] }, "another key"),
  ],
];
for (const [what, frames] of BAD)
  for (const channel of ["shell", "control", "stdin"] as const)
    test(`a message on ${channel} is dropped without an answer when it is ${what}`, async ({ client }) => {
      const before = client.iopub.length;
      client.sendFrames(channel, frames(client));
      await client.request("kernel_info_request", {}, channel === "stdin" ? "shell" : channel).outputs;
      assert.equal(
        client.iopub.slice(before).map(({ header }) => header.msg_type),
        ["status", "status"],
      );
    });

test("a message sent again runs once", async ({ client }) => {
  await client.execute("let times = 0;");
  const frames = encode(cell(client, "times += 1;"), client.connection.key);
  for (let each = 0; each < 3; each += 1) client.sendFrames("shell", frames);
  assert.is((await client.execute("times")).result, "1");
});

test("a flood of forged messages leaves the kernel answering", async ({ client }) => {
  for (let each = 0; each < 10_000; each += 1) client.sendFrames("shell", encode(cell(client, MARK), "another key"));
  assert.is((await client.execute("typeof (globalThis as { forged?: boolean }).forged")).result, "'undefined'");
});

test.run();
