import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Message } from "../../kernel/protocol/wire-format.js";
import { KernelClient } from "./kernel-client.js";

/** A widget as a package writes one, by the comm messages of `jupyter.widget` (protocol 2.1) and Jupyter.display. */
const WIDGET = `
class Widget {
  readonly changes: string[] = [];
  readonly comm: ReturnType<typeof openComm>;
  constructor(readonly state: Record<string, number | string>, pixels: Uint8Array) {
    this.comm = openComm("jupyter.widget", { state, buffer_paths: [["pixels"]] }, [pixels], { version: "2.1.0" });
    this.comm.onMessage(({ data, buffers }) => {
      const { method, state: changed, content } = data as { method: string; state?: object; content?: { ask: string } };
      if (method === "update") {
        Object.assign(this.state, changed);
        this.changes.push(Object.keys(changed!).join());
        if (buffers.length > 0) this.changes.push("bytes " + [...buffers[0]!].join());
        this.comm.send({ method: "echo_update", state: changed as never, buffer_paths: [] });
      }
      if (method === "request_state")
        this.comm.send({ method: "update", state: this.state, buffer_paths: [["pixels"]] }, [new Uint8Array([9, 8])]);
      if (method === "custom")
        this.comm.send({ method: "custom", content: { answer: content!.ask.toUpperCase() } }, [new Uint8Array([0, 255])]);
    });
    this.comm.onClose(() => console.log("closed by the front end"));
  }
  set(name: string, value: number): void {
    this.state[name] = value;
    this.comm.send({ method: "update", state: { [name]: value }, buffer_paths: [] });
  }
  async [Symbol.for("Jupyter.display")]() {
    return {
      "text/plain": "Widget",
      "application/vnd.jupyter.widget-view+json": { version_major: 2, version_minor: 0, model_id: this.comm.id },
    };
  }
}
const widget = new Widget({ value: 1, _model_module: "anywidget" }, new Uint8Array([1, 2, 3]));
widget`;

const test = suite<{ client: KernelClient; opened: Message; view: Record<string, { model_id: string }> }>("widgets");
test.before(async (context) => {
  const client = await KernelClient.start();
  context.client = client;
  const opened = client.next(({ header }) => header.msg_type === "comm_open");
  const { outputs, reply } = await client.execute(WIDGET);
  assert.is(reply.status, "ok", JSON.stringify(reply.traceback));
  context.opened = await opened;
  context.view = outputs.find(({ header }) => header.msg_type === "execute_result")!.content.data as never;
});
test.after(({ client }) => client.close());

const said = (client: KernelClient, commId: unknown, method: string): Promise<Message> =>
  client.next(
    ({ header, content }) =>
      header.msg_type === "comm_msg" &&
      content.comm_id === commId &&
      (content.data as { method: string }).method === method,
  );
const bytes = ({ buffers }: Message) => buffers.map((each) => [...each]);

test("opens its model with version, state and buffers, and shows a view of it", ({ opened, view }) => {
  assert.is(opened.content.target_name, "jupyter.widget");
  assert.is(opened.metadata.version, "2.1.0");
  assert.equal(opened.content.data, {
    state: { value: 1, _model_module: "anywidget" },
    buffer_paths: [["pixels"]],
  });
  assert.equal(bytes(opened), [[1, 2, 3]]);
  assert.is(view["application/vnd.jupyter.widget-view+json"]!.model_id, opened.content.comm_id);
});

test("hears of changes in the browser, with buffers, and says so", async ({ client, opened: { content } }) => {
  const echo = said(client, content.comm_id, "echo_update");
  const data = { method: "update", state: { value: 5 }, buffer_paths: [["pixels"]] };
  const id = client.tell("comm_msg", { comm_id: content.comm_id!, data }, [new Uint8Array([7, 0, 255])]);
  assert.is((await echo).parent.msg_id, id);
  assert.is((await client.execute("widget.state.value")).result, "5");
  assert.is((await client.execute("widget.changes.join('; ')")).result, "'value; bytes 7,0,255'");
});

test("tells the browser of changes in a cell", async ({ client, opened: { content } }) => {
  const update = said(client, content.comm_id, "update");
  await client.execute('widget.set("value", 6);');
  assert.equal((await update).content.data, { method: "update", state: { value: 6 }, buffer_paths: [] });
});

test("answers a request for its state, and custom messages, with buffers", async ({ client, opened: { content } }) => {
  const update = said(client, content.comm_id, "update");
  client.tell("comm_msg", { comm_id: content.comm_id!, data: { method: "request_state" } });
  assert.equal(bytes(await update), [[9, 8]]);
  const custom = said(client, content.comm_id, "custom");
  client.tell("comm_msg", { comm_id: content.comm_id!, data: { method: "custom", content: { ask: "hello" } } });
  assert.equal((await custom).content.data, { method: "custom", content: { answer: "HELLO" } });
  assert.equal(bytes(await custom), [[0, 255]]);
});

test("an error in a listener is shown, and the widget lives on", async ({ client, opened: { content } }) => {
  const shown = client.next(
    ({ header, content: { text } }) => header.msg_type === "stream" && /not a function|undefined/.test(String(text)),
  );
  const id = client.tell("comm_msg", { comm_id: content.comm_id!, data: { method: "custom" } });
  assert.is((await shown).parent.msg_id, id);
  const custom = said(client, content.comm_id, "custom");
  client.tell("comm_msg", { comm_id: content.comm_id!, data: { method: "custom", content: { ask: "again" } } });
  assert.equal((await custom).content.data, { method: "custom", content: { answer: "AGAIN" } });
});

test("is closed by the front end, and listed no more", async ({ client, opened: { content } }) => {
  const listed = async () =>
    Object.keys(
      (await client.request("comm_info_request", { target_name: "jupyter.widget" }).reply).content.comms as object,
    );
  assert.equal(await listed(), [content.comm_id]);
  const closed = client.next(
    ({ header, content: { text } }) => header.msg_type === "stream" && text === "closed by the front end\n",
  );
  client.tell("comm_close", { comm_id: content.comm_id!, data: {} });
  await closed;
  assert.equal(await listed(), []);
});

test("closes itself", async ({ client }) => {
  const closed = client.next(({ header }) => header.msg_type === "comm_close");
  await client.execute('const brief = openComm("brief"); brief.close({ why: "done" });');
  assert.equal((await closed).content.data, { why: "done" });
});

const SHOWS: [what: string, code: string, data: Record<string, unknown>][] = [
  [
    "a method that gives a bundle",
    `({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>a</b>", "text/plain": "a" }) })`,
    { "text/html": "<b>a</b>", "text/plain": "a" },
  ],
  [
    "a method that gives a promise",
    `({ async [Symbol.for("Jupyter.display")]() { await null; return { "text/markdown": "**a**", "text/plain": "a" }; } })`,
    { "text/markdown": "**a**", "text/plain": "a" },
  ],
  [
    "a method that gives the promise of another library",
    `({ [Symbol.for("Jupyter.display")]: () => ({ then(go: (bundle: object) => void) { setTimeout(() => go({ "text/plain": "late" }), 1); } }) })`,
    { "text/plain": "late" },
  ],
  [
    "a class, by a static method",
    `(class Chart { static [Symbol.for("Jupyter.display")]() { return { "text/plain": "the class" }; } })`,
    { "text/plain": "the class" },
  ],
  [
    "a method on the prototype",
    `new (class Chart { title = "t"; [Symbol.for("Jupyter.display")]() { return { "text/plain": this.title }; } })()`,
    { "text/plain": "t" },
  ],
  [
    "JSON in a bundle",
    `({ [Symbol.for("Jupyter.display")]: () => ({ "application/vnd.vega.v5+json": { marks: [1] }, "text/plain": "v" }) })`,
    { "application/vnd.vega.v5+json": { marks: [1] }, "text/plain": "v" },
  ],
];
for (const [what, code, data] of SHOWS)
  test(`Jupyter.display: ${what}, as result and by display()`, async ({ client }) => {
    const result = await client.execute(code);
    assert.equal(result.outputs.at(-1)!.content.data, data, JSON.stringify(result.reply));
    const shown = await client.execute(`display(${code});`);
    assert.equal(shown.outputs.at(-1)!.content.data, data);
  });

test("display(bundle, { raw: true }) shows the bundle as it is", async ({ client }) => {
  const { outputs } = await client.execute(
    'display({ "text/plain": "raw", "text/html": "<i>raw</i>" }, { raw: true });',
  );
  assert.equal(outputs.at(-1)!.content.data, { "text/plain": "raw", "text/html": "<i>raw</i>" });
});

test("a display method that throws fails no cell: the value is shown plainly", async ({ client }) => {
  const { reply } = await client.execute(
    '({ [Symbol.for("Jupyter.display")]() { throw new RangeError("cannot draw"); } })',
  );
  assert.is(reply.status, "ok");
});

test.run();
