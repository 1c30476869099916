import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient }>("stdin");
test.before(async (context) => {
  context.client = await KernelClient.start();
});
test.after(({ client }) => client.close());

const question = (client: KernelClient) => client.next(({ header }) => header.msg_type === "input_request");

test("prompt() asks the client and gives its answer", async ({ client }) => {
  const cell = client.begin('const name = await prompt("Name?");\nname', { allow_stdin: true });
  const asked = await question(client);
  assert.equal(asked.content, { prompt: "Name? ", password: false });
  assert.is(asked.parent.msg_id, cell.id);
  client.answer(asked, "Ada");
  assert.match((await client.finish(cell)).result!, /Ada/);
});

test("prompt() is an error where the client does not answer", async ({ client }) => {
  const { reply } = await client.execute('await prompt("Name? ")', { allow_stdin: false });
  assert.is(reply.status, "error");
  assert.match(String(reply.evalue), /input/);
});

test("an interrupt ends the wait for an answer", async ({ client }) => {
  const cell = client.begin('await prompt("Name? ")', { allow_stdin: true });
  await question(client);
  await client.request("interrupt_request", {}, "control").reply;
  assert.is((await client.finish(cell)).reply.ename, "KeyboardInterrupt");
  assert.is((await client.execute("1")).result, "1");
});

test.run();
