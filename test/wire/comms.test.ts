import { test } from "uvu";
import * as assert from "uvu/assert";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import { type CommSession, Comms, type CommTarget } from "../../kernel/wire/comms.js";
import { recordedOutlet, requestOf } from "./recorded.js";

/** Comms with a target "own" that echoes, over a session that writes down what it is asked. */
function world(alive = true) {
  const recorded = recordedOutlet();
  const asked: string[] = [];
  const session: CommSession = {
    alive,
    ask: (name) => {
      asked.push(name);
      return Promise.resolve(null as never);
    },
  };
  const own: CommTarget = (link) => ({
    message: (data) => link.send({ echo: data }),
    close: () => asked.push("closed"),
  });
  return { ...recorded, asked, comms: new Comms(recorded.outlet, session, { own }) };
}
const open = (target: string) => requestOf("comm_open", { comm_id: "c", target_name: target, data: {} });
const message = (data: JsonObject) => requestOf("comm_msg", { comm_id: "c", data });

test("a comm of an own target never reaches the session", async () => {
  const { comms, sent, asked } = world();
  const request = open("own");
  assert.ok(comms.isOwn(request));
  await comms.opened(request.content, request);
  const told = message({ a: 1 });
  assert.ok(comms.isOwn(told));
  await comms.message(told.content, told);
  assert.equal(sent[0]!.message.content, { comm_id: "c", data: { echo: { a: 1 } } });
  const closed = requestOf("comm_close", { comm_id: "c" });
  await comms.closed(closed.content, closed);
  assert.equal(asked, ["closed"]);
});

test("a comm of another target is the session's", async () => {
  const { comms, asked } = world();
  const request = open("other");
  assert.not.ok(comms.isOwn(request));
  await comms.opened(request.content, request);
  const told = message({});
  assert.not.ok(comms.isOwn(told));
  await comms.message(told.content, told);
  assert.equal(asked, ["commOpen", "commMsg"]);
});

test("a target named like an object's method is no own target", () => {
  assert.not.ok(world().comms.isOwn(open("toString")));
});

test("a comm is closed at once where no session runs", async () => {
  const { comms, lines } = world(false);
  const request = open("other");
  await comms.opened(request.content, request);
  assert.equal(lines(), ["comm_close"]);
  assert.equal(comms.info({}), { status: "ok", comms: {} });
});

test("sessionEnded() closes the session's comms and leaves the kernel's own", async () => {
  const { comms, sent } = world();
  const own = open("own");
  await comms.opened(own.content, own);
  comms.fromSession("comm_open", { comm_id: "s", target_name: "chart", data: {} }, null, {});
  comms.sessionEnded();
  assert.equal(
    sent.map(({ message: { header, content } }) => `${header.msg_type} ${content.comm_id}`),
    ["comm_open s", "comm_close s"],
  );
  assert.equal(comms.info({}), { status: "ok", comms: { c: { target_name: "own" } } });
});

test.run();
