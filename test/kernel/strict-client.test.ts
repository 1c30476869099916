import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import type { Message } from "../../kernel/protocol/wire-format.js";
import { KernelClient } from "./kernel-client.js";
import { readStrictly } from "./message-schemas.js";

/** Clients in Rust and C++ read messages into types: one field that does not fit, and the kernel "does not start". */

const test = suite<{ client: KernelClient; received: Message[] }>("strict client");
test.before(async (context) => {
  context.client = await KernelClient.start();
  context.received = [];
  context.client.watch((message) => context.received.push(message));
});
test.after(({ client }) => client.close());

const everything = { hist_access_type: "tail", n: 50, raw: true, output: true };
/** What is asked, met or not: the reply's status. */
const REQUESTS: [what: string, type: string, content: JsonObject, status: string][] = [
  ["kernel_info", "kernel_info_request", {}, "ok"],
  ["a member's completion", "complete_request", { code: "Math.ma", cursor_pos: 7 }, "ok"],
  ["a completion of nothing", "complete_request", { code: "", cursor_pos: 0 }, "ok"],
  ["a completion without code", "complete_request", { cursor_pos: 0 }, "error"],
  ["an inspection", "inspect_request", { code: "parseInt", cursor_pos: 8, detail_level: 1 }, "ok"],
  ["an inspection of nothing", "inspect_request", { code: "", cursor_pos: 0, detail_level: 0 }, "ok"],
  ["an inspection without code", "inspect_request", {}, "error"],
  ["complete code", "is_complete_request", { code: "1 + 1" }, "complete"],
  ["incomplete code", "is_complete_request", { code: "if (true) {" }, "incomplete"],
  ["invalid code", "is_complete_request", { code: "1 +* 1)" }, "invalid"],
  ["is_complete without code", "is_complete_request", {}, "unknown"],
  ["all history", "history_request", everything, "ok"],
  ["history without outputs", "history_request", { ...everything, output: false }, "ok"],
  ["history with a pattern that is no text", "history_request", { hist_access_type: "search", pattern: 1 }, "error"],
  ["comm_info", "comm_info_request", {}, "ok"],
  ["comm_info of a target that is no text", "comm_info_request", { target_name: 1 }, "error"],
  ["an execution without code", "execute_request", {}, "error"],
  ["a failing cell", "execute_request", { code: "throw new Error('oh')" }, "error"],
  ["a refused cell", "execute_request", { code: "const n: number = 'text'" }, "error"],
  [
    "user expressions",
    "execute_request",
    { code: "let a = 1", user_expressions: { good: "a", bad: "b", wrong: "1 +" } },
    "ok",
  ],
  ["payloads", "execute_request", { code: "page('text'); setNextInput('1')" }, "ok"],
  ["a question", "execute_request", { code: "parseInt?" }, "ok"],
];
for (const [what, type, content, status] of REQUESTS)
  test(`a strict client reads the reply to ${what}`, async ({ client }) => {
    const exchange = client.request(type, content);
    const reply = await exchange.reply;
    readStrictly(reply);
    assert.is(reply.content.status, status);
    for (const output of await exchange.outputs) readStrictly(output);
  });

const CONTROL: [type: string, content: JsonObject, status: string][] = [
  ["kernel_info_request", {}, "ok"],
  ["create_subshell_request", {}, "ok"],
  ["list_subshell_request", {}, "ok"],
  ["delete_subshell_request", { subshell_id: "none" }, "error"],
  ["interrupt_request", {}, "ok"],
];
for (const [type, content, status] of CONTROL)
  test(`a strict client reads the reply to ${type} on control`, async ({ client }) => {
    const reply = await client.request(type, content, "control").reply;
    readStrictly(reply);
    assert.is(reply.content.status, status);
  });

test("a strict client reads aborted cells, which have their fields", async ({ client }) => {
  const [, aborted] = await Promise.all(["throw new Error('first')", "1"].map((code) => client.execute(code)));
  assert.is(aborted!.reply.status, "aborted");
});

test("a strict client reads displays, updates, comms, console text and questions", async ({ client }) => {
  const cell = client.begin(
    `console.log("out"); console.error("err");
    display({ a: 1 }, { displayId: "one" }); display({ a: 2 }, { displayId: "one", update: true });
    const comm = openComm("strict", { from: "cell" }); comm.send({ n: 1 }); comm.close();
    await prompt("Name?");`,
    { allow_stdin: true },
  );
  const question = await client.next(({ header }) => header.msg_type === "input_request");
  client.answer(question, "Ada");
  const { reply } = await client.finish(cell);
  assert.is(reply.status, "ok", JSON.stringify(reply));
});

test("a strict client reads the debugger's replies and events, numbered from 1", async ({ client, received }) => {
  const asked = ["initialize", "attach", "debugInfo", "noSuchCommand", "disconnect"];
  for (const [seq, command] of asked.entries())
    await client.request("debug_request", { type: "request", seq, command, arguments: {} }, "control").reply;
  const numbers = received
    .filter(({ header }) => ["debug_reply", "debug_event"].includes(header.msg_type))
    .map(({ content }) => content.seq as number);
  assert.equal(
    [...numbers].sort((a, b) => a - b),
    Array.from(numbers, (_, at) => at + 1),
  );
});

test("a strict client reads all else that came", ({ received }) => {
  assert.ok(received.length > 100, `${received.length} messages`);
  for (const message of received) readStrictly(message);
});

test.run();
