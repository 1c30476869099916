import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Message } from "../../kernel/protocol/wire-format.js";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient }>("comms");
test.before(async (context) => {
  context.client = await KernelClient.start();
});
test.after(({ client }) => client.close());

const comm = (type: string, commId?: unknown) => (message: Message) =>
  message.header.msg_type === type && (commId === undefined || message.content.comm_id === commId);
const open = (client: KernelClient, target: string, commId: string) =>
  client.tell("comm_open", { comm_id: commId, target_name: target, data: { hello: 1 } });

test("a cell opens a comm and hears the front end", async ({ client }) => {
  const opened = client.next(comm("comm_open"));
  await client.execute(`const link = openComm("chart", { rows: 3 });
    link.onMessage(({ data }) => link.send({ echo: data }));`);
  const { content } = await opened;
  assert.is(content.target_name, "chart");
  assert.equal(content.data, { rows: 3 });
  const answered = client.next(comm("comm_msg", content.comm_id));
  client.tell("comm_msg", { comm_id: content.comm_id!, data: { zoom: 2 } });
  assert.equal((await answered).content.data, { echo: { zoom: 2 } });
});

test("comm_info lists open comms, by target too", async ({ client }) => {
  const info = async (ask = {}) => (await client.request("comm_info_request", ask).reply).content.comms;
  assert.equal(
    Object.values((await info()) as object).map(({ target_name }) => target_name),
    ["chart"],
  );
  assert.equal(await info({ target_name: "other" }), {});
});

test("a comm for a target that nobody registered is closed", async ({ client }) => {
  const closed = client.next(comm("comm_close", "c-unknown"));
  open(client, "nobody", "c-unknown");
  await closed;
});

test("a run's comm is answered while a cell is busy", async ({ client }) => {
  const busy = client.begin('console.log("begun"); for (;;) {}');
  await client.next(({ header }) => header.msg_type === "stream");
  const answered = client.next(comm("comm_msg", "c-run"));
  client.tell("comm_open", { comm_id: "c-run", target_name: "cellar.run.v1", data: { runId: "no-such-run" } });
  const { data } = (await answered).content as { data: { kind: string } };
  assert.is(data.kind, "missing");
  const last = client.iopub.findLast(({ header }) => header.msg_type === "status")!;
  assert.is(last.content.execution_state, "busy");
  assert.is(last.parent.msg_id, busy.id);
  await client.request("interrupt_request", {}, "control").reply;
  await client.finish(busy);
});

test.run();
