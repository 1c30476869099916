import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Desk, dispatch, type Handler, type HandlerTable } from "../../kernel/wire/dispatch.js";
import type { Outlet } from "../../kernel/wire/outlet.js";
import { recordedOutlet, requestOf } from "./recorded.js";

const tableWith = (handler: Handler) =>
  ({ kernel_info_request: handler, comm_msg: handler }) as unknown as HandlerTable;

const deskOf = (outlet: Outlet): Desk => ({ outlet, inProgress: new Set(), cells: { count: 7 } });

const fail = (): never => {
  throw new Error("oh");
};
const CASES: [what: string, type: string, handler: Handler, sent: string[]][] = [
  ["answers", "kernel_info_request", () => ({ status: "ok" }), ["kernel_info_reply ok"]],
  ["answers later", "kernel_info_request", async () => ({ status: "ok" }), ["kernel_info_reply ok"]],
  ["throws", "kernel_info_request", fail, ["kernel_info_reply error"]],
  ["rejects", "kernel_info_request", async () => Promise.reject(new Error("oh")), ["kernel_info_reply error"]],
  ["has nothing to answer", "comm_msg", () => null, []],
  ["throws where there is no reply", "comm_msg", () => Promise.reject(new Error("oh")), ["stream stderr: oh\n"]],
  ["is missing", "no_such_request", () => null, []],
  ["is missing and named like an object's method", "toString", () => null, []],
];
for (const [what, type, handler, sent] of CASES)
  test(`dispatch() sends busy, one reply and idle when the handler ${what}`, async () => {
    const { outlet, lines } = recordedOutlet();
    await dispatch(requestOf(type), tableWith(handler), deskOf(outlet));
    assert.equal(lines(), ["status busy", ...sent, "status idle"]);
  });

test("dispatch() puts an error's name and message into the reply, and no stack of ours", async () => {
  const { outlet, sent } = recordedOutlet();
  const failing = () => Promise.reject(new TypeError("no such thing"));
  await dispatch(requestOf("kernel_info_request"), tableWith(failing), deskOf(outlet));
  const { content } = sent[1]!.message;
  const traceback = ["TypeError: no such thing"];
  assert.equal(content, { status: "error", ename: "TypeError", evalue: "no such thing", traceback });
});

const UNMET: [type: string, content: object][] = [
  ["execute_request", { status: "error", execution_count: 7, user_expressions: {}, payload: [] }],
  ["complete_request", { status: "error", matches: [], cursor_start: 0, cursor_end: 0, metadata: {} }],
  ["inspect_request", { status: "error", found: false, data: {}, metadata: {} }],
  ["is_complete_request", { status: "unknown", indent: "" }],
  ["history_request", { status: "error", history: [] }],
  ["comm_info_request", { status: "error", comms: {} }],
  ["interrupt_request", { status: "error" }],
];
for (const [type, content] of UNMET)
  test(`dispatch() gives a failed ${type} all fields of its reply`, async () => {
    const { outlet, sent } = recordedOutlet();
    await dispatch(requestOf(type), { [type]: fail } as unknown as HandlerTable, deskOf(outlet));
    assert.equal(sent[1]!.message.content, { ...content, ename: "Error", evalue: "oh", traceback: ["Error: oh"] });
  });

test("dispatch() says when handling started", async () => {
  const { outlet, sent } = recordedOutlet();
  await dispatch(
    requestOf("kernel_info_request"),
    tableWith(() => ({ status: "ok" })),
    deskOf(outlet),
  );
  assert.ok(!Number.isNaN(Date.parse(String(sent[1]!.message.metadata.started))));
});

test("dispatch() says busy again after a debugger's request without naming the cell, which would be asked again", async () => {
  const { outlet, sent } = recordedOutlet();
  const desk = deskOf(outlet);
  const cell = requestOf("execute_request");
  desk.inProgress.add(cell);
  await dispatch(requestOf("debug_request", {}, "control"), {} as HandlerTable, desk);
  const { content, parent } = sent.at(-1)!.message;
  assert.equal([content.execution_state, parent], ["busy", {}]);
});

test("dispatch() says busy again for a request that is still in progress", async () => {
  const { outlet, sent } = recordedOutlet();
  const desk = deskOf(outlet);
  let finish = (): void => {};
  const slow = () => new Promise<null>((resolve) => (finish = () => resolve(null)));
  const cell = requestOf("kernel_info_request");
  const running = dispatch(cell, tableWith(slow), desk);
  await dispatch(
    requestOf("comm_msg"),
    tableWith(() => null),
    desk,
  );
  const { message } = sent.at(-1)!;
  assert.is(message.content.execution_state, "busy");
  assert.equal(message.parent, cell.header);
  finish();
  await running;
  assert.is(sent.at(-1)!.message.content.execution_state, "idle");
});

test.run();
