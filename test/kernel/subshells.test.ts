import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Message } from "../../kernel/protocol/wire-format.js";
import { type Exchange, KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient; subshell: string }>("subshells");
test.before(async (context) => {
  context.client = await KernelClient.start();
});
test.before.each(async (context) => {
  context.subshell = await create(context.client);
});
test.after(({ client }) => client.close());

const control = async (client: KernelClient, type: string, content = {}) =>
  (await client.request(type, content, "control").reply).content;
const create = async (client: KernelClient) => String((await control(client, "create_subshell_request")).subshell_id);
const inSubshell = (client: KernelClient, subshell: string, code: string, content = {}) =>
  client.begin(code, content, {}, subshell);
const stream = (exchange: Exchange) => (message: Message) =>
  message.header.msg_type === "stream" && message.parent.msg_id === exchange.id;
/** A cell that awaits until `release` has been called, in whatever shell. */
const WAIT = 'console.log("begun"); await new Promise<void>((go) => { Object.assign(globalThis, { release: go }); });';
const RELEASE = "(globalThis as unknown as { release(): void }).release();";
async function waiting(client: KernelClient): Promise<Exchange> {
  const cell = client.begin(WAIT);
  await client.next(stream(cell));
  return cell;
}

test("are told as a feature, made, listed and deleted", async ({ client, subshell }) => {
  assert.equal((await control(client, "kernel_info_request")).supported_features, ["debugger", "kernel subshells"]);
  const other = await create(client);
  assert.is.not(other, subshell);
  const listed = (await control(client, "list_subshell_request")).subshell_id as string[];
  assert.ok(listed.includes(subshell) && listed.includes(other));
  assert.equal(await control(client, "delete_subshell_request", { subshell_id: other }), { status: "ok" });
  assert.not(((await control(client, "list_subshell_request")).subshell_id as string[]).includes(other));
  const again = await control(client, "delete_subshell_request", { subshell_id: other });
  assert.equal([again.status, again.ename], ["error", "UnknownSubshellError"]);
});

for (const type of ["execute_request", "complete_request"])
  test(`${type} to a subshell that is none is an error, between busy and idle`, async ({ client }) => {
    const exchange = client.request(type, { code: "1", cursor_pos: 1 }, "shell", {}, "no-such-subshell");
    const { content } = await exchange.reply;
    assert.equal([content.status, content.ename], ["error", "UnknownSubshellError"]);
    assert.equal(await exchange.outputs, []);
  });

test("a subshell's cell runs while the main shell awaits, each with its own outputs", async ({ client, subshell }) => {
  await client.execute("let progress = 0;");
  const main = await waiting(client);
  const beside = inSubshell(client, subshell, 'console.log("side"); progress += 1; progress');
  const side = await client.finish(beside);
  assert.equal([side.stdout, side.result], ["side\n", "1"]);
  await client.finish(inSubshell(client, subshell, RELEASE));
  const { stdout, reply } = await client.finish(main);
  assert.equal([stdout, reply.status], ["begun\n", "ok"]);
  // Clients take the newest status for the kernel's: after the subshell's idle it is busy with the main shell again.
  const statuses = client.iopub.filter(({ header }) => header.msg_type === "status");
  const idle = statuses.findIndex(
    ({ content, parent }) => content.execution_state === "idle" && parent.msg_id === beside.id,
  );
  const { content, parent } = statuses[idle + 1]!;
  assert.equal([content.execution_state, parent.msg_id], ["busy", main.id]);
  assert.ok(Number(side.reply.execution_count) > Number(reply.execution_count));
});

test("the replies of a subshell name it in their parent", async ({ client, subshell }) => {
  const exchange = inSubshell(client, subshell, "1");
  assert.is((await exchange.reply).parent.subshell_id, subshell);
  await exchange.outputs;
  assert.ok(
    client.iopub
      .filter(({ parent }) => parent.msg_id === exchange.id)
      .every(({ parent }) => parent.subshell_id === subshell),
  );
});

test("names that a subshell declares are everybody's", async ({ client, subshell }) => {
  await client.finish(inSubshell(client, subshell, "const shared: number = 5;"));
  assert.is((await client.execute("shared + 1")).result, "6");
});

test("the types of a cell that ends while another runs stay apart", async ({ client, subshell }) => {
  const main = client.begin(`const long: string = "a"; ${WAIT}`);
  await client.next(stream(main));
  await client.finish(inSubshell(client, subshell, "const brief: number = 1;", { store_history: false }));
  await client.finish(inSubshell(client, subshell, "throw new Error('no')", { store_history: false }));
  await client.finish(inSubshell(client, subshell, RELEASE));
  assert.is((await client.finish(main)).reply.status, "ok");
  assert.is((await client.execute("long.length + brief")).result, "2");
});

test("a subshell does its cells one after another, and aborts its own alone", async ({ client, subshell }) => {
  const main = await waiting(client);
  const queued = client.begin("'main'");
  const codes = ["1", "throw new Error('stop')", "2", "3"];
  const side = await Promise.all(codes.map((code) => client.finish(inSubshell(client, subshell, code))));
  assert.equal(
    side.map(({ reply }) => reply.status),
    ["ok", "error", "aborted", "aborted"],
  );
  await client.finish(inSubshell(client, subshell, RELEASE));
  await client.finish(main);
  assert.is((await client.finish(queued)).result, "'main'");
});

test("an interrupt ends the cells of all shells", async ({ client, subshell }) => {
  const cells = [
    await waiting(client),
    inSubshell(client, subshell, 'console.log("begun"); await new Promise(() => {});'),
  ];
  await client.next(stream(cells[1]!));
  await client.request("interrupt_request", {}, "control").reply;
  for (const cell of cells) assert.is((await client.finish(cell)).reply.ename, "KeyboardInterrupt");
  assert.is((await client.execute("1")).result, "1");
});

test("a loop holds all shells, completion answers, an interrupt lets the next cell of the other run", async ({
  client,
  subshell,
}) => {
  const loop = client.begin('console.log("begun"); for (;;) {}');
  await client.next(stream(loop));
  const completion = client.request("complete_request", { code: "Math.ma", cursor_pos: 7 }, "shell", {}, subshell);
  assert.ok(((await completion.reply).content.matches as string[]).includes("max"));
  await client.request("interrupt_request", {}, "control").reply;
  assert.is((await client.finish(loop)).reply.ename, "KeyboardInterrupt");
  assert.is((await client.finish(inSubshell(client, subshell, "6 * 7"))).result, "42");
});

test("two shells ask for input at a time, and each gets its own answer", async ({ client, subshell }) => {
  const question = (exchange: Exchange) =>
    client.next(({ header, parent }) => header.msg_type === "input_request" && parent.msg_id === exchange.id);
  const main = client.begin('await prompt("main?")', { allow_stdin: true });
  const first = await question(main);
  const side = inSubshell(client, subshell, 'await prompt("side?")', { allow_stdin: true });
  const second = await question(side);
  assert.is(second.parent.subshell_id, subshell);
  client.answer(second, "for side");
  assert.is((await client.finish(side)).result, "'for side'");
  client.answer(first, "for main");
  assert.is((await client.finish(main)).result, "'for main'");
});

test("a cell can await what a comm brings over a subshell", async ({ client, subshell }) => {
  const opened = client.next(({ header }) => header.msg_type === "comm_open");
  const cell = client.begin(
    `const asking = openComm("ask");
     await new Promise((answer) => asking.onMessage(({ data }) => { console.log("heard"); answer(data.value); }))`,
  );
  const { comm_id } = (await opened).content;
  const message = client.tell("comm_msg", { comm_id: comm_id!, data: { value: 7 } }, [], subshell);
  const { result } = await client.finish(cell);
  assert.is(result, "7");
  const heard = client.iopub.find(({ header, content }) => header.msg_type === "stream" && content.text === "heard\n");
  assert.is(heard!.parent.msg_id, message);
});

test("messages on a comm of a subshell that is gone arrive by the main shell", async ({ client }) => {
  await client.execute(
    'registerTarget("gone", (comm) => comm.onMessage(({ data }) => comm.send({ twice: Number(data.n) * 2 })));',
  );
  const answer = client.next(({ header, content }) => header.msg_type === "comm_msg" && content.comm_id === "c-gone");
  client.tell("comm_open", { comm_id: "c-gone", target_name: "gone", data: {} }, [], "before-the-restart");
  client.tell("comm_msg", { comm_id: "c-gone", data: { n: 21 } }, [], "before-the-restart");
  assert.equal((await answer).content.data, { twice: 42 });
});

test("messages on a comm stay behind its comm_open, which waits in the main shell", async ({ client, subshell }) => {
  await client.execute(`registerTarget("ordered", (comm, { data }) => {
    const heard = [data.at];
    comm.onMessage(({ data }) => { heard.push(data.at); if (data.at === 2) comm.send({ heard }); });
  });`);
  const main = await waiting(client);
  const answer = client.next(
    ({ header, content }) => header.msg_type === "comm_msg" && content.comm_id === "c-ordered",
  );
  client.tell("comm_open", { comm_id: "c-ordered", target_name: "ordered", data: { at: 0 } });
  for (const at of [1, 2]) client.tell("comm_msg", { comm_id: "c-ordered", data: { at } }, [], subshell);
  await client.finish(inSubshell(client, subshell, RELEASE));
  await client.finish(main);
  assert.equal((await answer).content.data, { heard: [0, 1, 2] });
});

test("deleting a subshell aborts what it has queued; what runs comes to its end", async ({ client, subshell }) => {
  const running = inSubshell(client, subshell, WAIT);
  await client.next(stream(running));
  const queued = inSubshell(client, subshell, "1");
  await client.request("complete_request", { code: "1", cursor_pos: 1 }, "shell", {}, subshell).reply; // so that it is queued
  assert.is((await control(client, "delete_subshell_request", { subshell_id: subshell })).status, "ok");
  await client.execute(RELEASE);
  assert.is((await client.finish(running)).reply.status, "ok");
  assert.is((await client.finish(queued)).reply.status, "aborted");
});

test("the end of the session is told in all shells, which go on in the next one", async ({ client, subshell }) => {
  const cells = [await waiting(client), inSubshell(client, subshell, "process.exit(5)")];
  for (const cell of cells) assert.match(String((await client.finish(cell)).reply.evalue), /exited with code 5/);
  const { result, stderr } = await client.finish(inSubshell(client, subshell, "6 * 7"));
  assert.is(result, "42");
  assert.match(stderr, /variables of earlier cells are gone/);
  assert.is((await client.execute("1")).stderr, "");
});

test.run();
