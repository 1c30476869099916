import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import { RUN_COMM_TARGET } from "../../src/contracts/run-comm.js";
import { type Exchange, KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient; cell: Exchange }>("while a cell spins");
test.before(async (context) => {
  const client = await KernelClient.start();
  context.client = client;
  await client.execute("/** How many. */\nconst numberOfThings: number = 3; const party = '🎉';");
  context.cell = client.begin('console.log("begun"); for (;;) {}');
  await client.next(({ header }) => header.msg_type === "stream");
  client.begin("1"); // queued: nothing below may wait for it
});
test.after(async ({ client, cell }) => {
  await client.request("interrupt_request", {}, "control").reply;
  await client.finish(cell);
  await client.close();
});

test("the heartbeat echoes", async ({ client }) => {
  await client.sockets.hb.send("ping");
  assert.is(String(await client.sockets.hb.receive()), "ping");
});

test("kernel_info answers on shell and on control", async ({ client }) => {
  for (const channel of ["shell", "control"] as const) {
    const { content } = await client.request("kernel_info_request", {}, channel).reply;
    assert.is(content.status, "ok");
    assert.is(content.protocol_version, "5.5");
  }
});

test("complete_request completes a name of an earlier cell, counting code points", async ({ client }) => {
  const code = "'🎉'; numberOfT";
  const { content } = await client.request("complete_request", { code, cursor_pos: [...code].length }).reply;
  assert.equal(content.matches, ["numberOfThings"]);
  assert.is(content.cursor_start, 5);
  assert.is(content.cursor_end, 14);
});

test("inspect_request tells type and documentation", async ({ client }) => {
  const code = "numberOfThings";
  const { content } = await client.request("inspect_request", { code, cursor_pos: 3, detail_level: 0 }).reply;
  assert.is(content.found, true);
  const { "text/plain": text } = content.data as Record<string, string>;
  assert.match(text!, /number/);
  assert.match(text!, /How many/);
});

const SAMPLES: [code: string, status: string][] = [
  ["1 + 1", "complete"],
  ["function f() {", "incomplete"],
  ["const a = = 1", "invalid"],
];
for (const [code, status] of SAMPLES)
  test(`is_complete_request says that ${JSON.stringify(code)} is ${status}`, async ({ client }) => {
    assert.is((await client.request("is_complete_request", { code }).reply).content.status, status);
  });

const READ_AHEAD: [type: string, content: JsonObject][] = [
  ["kernel_info_request", {}],
  ["complete_request", { code: "Math.ma", cursor_pos: 7 }],
  ["inspect_request", { code: "Math", cursor_pos: 4, detail_level: 0 }],
  ["is_complete_request", { code: "1" }],
  ["history_request", { hist_access_type: "tail", n: 1, raw: true, output: false }],
  ["comm_info_request", {}],
  ["comm_open", { comm_id: "ahead", target_name: RUN_COMM_TARGET, data: { runId: "none" } }],
  ["comm_msg", { comm_id: "ahead", data: {} }],
  ["comm_close", { comm_id: "ahead", data: {} }],
  ["no_such_request", {}],
];
for (const [type, content] of READ_AHEAD)
  test(`${type} is answered past the queued cell, and leaves the kernel busy with the running one`, async ({
    client,
    cell,
  }) => {
    const asked = client.request(type, content);
    if (type.endsWith("_request") && type !== "no_such_request") await asked.reply;
    await asked.outputs; // until its idle
    await client.request("comm_info_request", {}).outputs; // so that what followed that idle is here
    const statuses = client.iopub.filter(({ header }) => header.msg_type === "status");
    const idle = statuses.findIndex(
      ({ parent, content }) => parent.msg_id === asked.id && content.execution_state === "idle",
    );
    assert.equal(
      statuses.slice(idle - 1, idle + 2).map(({ parent, content }) => [parent.msg_id, content.execution_state]),
      [
        [asked.id, "busy"],
        [asked.id, "idle"],
        [cell.id, "busy"],
      ],
    );
    assert.not(statuses.some(({ parent, content }) => parent.msg_id === cell.id && content.execution_state === "idle"));
  });

test.run();
