import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { KernelCalls } from "../../kernel/links/session-calls.js";
import { SessionHarness } from "./session-harness.js";

const test = suite("cell globals");
const asked: KernelCalls["input"]["ask"][] = [];
let reply = "";
let session: SessionHarness;
test.before(async () => {
  session = await SessionHarness.start({
    input: (ask) => {
      asked.push(ask);
      return { value: reply };
    },
  });
});
test.after(() => session.stop());

test("display() shows a value at once and update() replaces it", async () => {
  const { outputs } = await session.run(
    "const shown = display(html`<b>1</b>`); console.log('between'); shown.update(html`<b>2</b>`)",
  );
  const kinds = outputs.map((output) =>
    output.kind === "display" ? `${output.type} ${output.data["text/html"]}` : output.kind,
  );
  assert.equal(kinds, ["display_data <b>1</b>", "stream", "update_display_data <b>2</b>"]);
  const ids = new Set(outputs.map((output) => (output.kind === "display" ? output.displayId : "stream")));
  assert.is(ids.size, 2);
});

test("display() of plain values and of raw bundles is sent before the cell ends", async () => {
  const { outputs } = await session.run(
    "display({ a: 1 }); display({ 'text/plain': 'raw' }, { raw: true, displayId: 'mine' })",
  );
  const texts = outputs.map((output) => output.kind === "display" && output.data["text/plain"]);
  assert.equal(texts, ["{ a: 1 }", "raw"]);
  assert.ok(outputs.some((output) => output.kind === "display" && output.displayId === "mine"));
});

test("display() keeps the order of what is asked, also behind a value that has to be awaited", async () => {
  const { outputs } = await session.run(
    "display({ a: 1 }); console.log('between'); display(Promise.resolve('awaited')); display('text'); display(html`<b>last</b>`)",
  );
  const shown = outputs.map((output) =>
    output.kind === "display" ? (output.data["text/html"] ?? output.data["text/plain"]) : output.kind,
  );
  assert.equal(shown, ["{ a: 1 }", "stream", "'awaited'", "'text'", "<b>last</b>"]);
});

test("update() of a plain value comes after the output that it replaces", async () => {
  const { outputs } = await session.run("const shown = display(Promise.resolve(1)); shown.update(md`two`)");
  const types = outputs.map((output) => output.kind === "display" && output.type);
  assert.equal(types, ["display_data", "update_display_data"]);
});

test("clear() takes outputs away", async () => {
  const { outputs } = await session.run("clear({ wait: true })");
  assert.is(outputs[0]?.kind === "clear" && outputs[0].wait, true);
});

test("prompt(), confirm() and alert() ask by way of the kernel process", async () => {
  reply = "Ada";
  assert.is(
    (await session.run("$.name = await prompt('Name?', { password: true })", { allowStdin: true })).answer.status,
    "ok",
  );
  assert.is(await session.text("$.name"), "'Ada'");
  assert.is(asked.at(-1)?.password, true);
  assert.match(asked.at(-1)?.prompt ?? "", "Name?");
  reply = "yes";
  await session.run("$.sure = await confirm(); await alert('read')", { allowStdin: true });
  assert.is(await session.text("$.sure"), "true");
  assert.is(asked.length, 3);
});

test("prompt() fails where the front end takes no input", async () => {
  const { answer } = await session.run("await prompt('Name?')");
  assert.match((answer as { error: { evalue: string } }).error.evalue, /^Cannot ask for input: .*allow_stdin/);
});

test("progress() gives the items and draws one bar in place, few times", async () => {
  const { outputs } = await session.run(
    "$.sum = 0; for (const n of progress(Array.from({ length: 100000 }, (_, i) => i), 'rows')) $.sum += n",
  );
  assert.is(await session.text("$.sum"), "4999950000");
  const drawn = outputs.filter((output) => output.kind === "display");
  assert.is(new Set(drawn.map((output) => output.kind === "display" && output.displayId)).size, 1);
  assert.ok(drawn.length < 20, `${drawn.length} updates`);
  const last = drawn.at(-1);
  assert.match(String(last?.kind === "display" && last.data["text/plain"]), /█ 100000\/100000 rows$/);
});

test("progress() counts to a total by hand and over an async iterable", async () => {
  const { outputs } = await session.run(
    "const bar = progress(2); bar.advance(); bar.advance(); async function* g() { yield 1; yield 2 } for await (const _ of progress(g(), 'g'));",
  );
  const texts = outputs.map((output) => output.kind === "display" && output.data["text/plain"]);
  assert.ok(texts.some((text) => String(text).endsWith("2/2")));
  assert.is(texts.at(-1), "2 g");
});

test("a name that a cell declares hides the global of that name", async () => {
  await session.run("$.display = 5");
  assert.is(await session.text("$.display + 1"), "6");
  assert.is(await session.text("typeof display"), "'function'");
});

test("openComm() and registerTarget() carry messages both ways", async () => {
  await session.run(
    "$.comm = openComm('there', { hello: 1 }); $.comm.onMessage(({ data }) => console.log('got', data.n))",
  );
  const open = session.outputs.find((output) => output.kind === "comm" && output.type === "comm_open");
  const id = String(open?.kind === "comm" && open.content.comm_id);
  assert.is(open?.kind === "comm" && open.content.target_name, "there");
  const parent = { msg_id: "m-1", session: "", username: "", date: "", msg_type: "comm_msg", version: "5.5" };
  await session.ask("commMsg", { commId: id, data: { n: 7 }, parent, buffers: [] });
  const got = await session.output((output) => output.kind === "stream" && output.text === "got 7\n");
  assert.is(got.kind === "stream" && got.parent?.msg_id, "m-1");
  await session.run("registerTarget('here', (comm, { data }) => comm.send({ echo: data.n }))");
  await session.ask("commOpen", { commId: "c-1", target: "here", data: { n: 3 }, parent, buffers: [] });
  await session.output(
    (output) =>
      output.kind === "comm" && output.type === "comm_msg" && (output.content.data as { echo?: number }).echo === 3,
  );
  await session.ask("commOpen", { commId: "c-2", target: "nobody", data: {}, parent, buffers: [] });
  await session.output(
    (output) => output.kind === "comm" && output.type === "comm_close" && output.content.comm_id === "c-2",
  );
});

test.run();
