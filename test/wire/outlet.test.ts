import { test } from "uvu";
import * as assert from "uvu/assert";
import { headerOf, recordedOutlet, requestOf } from "./recorded.js";

test("print() gathers the text of a cell and stream in one message", () => {
  const { outlet, lines } = recordedOutlet();
  const cell = headerOf();
  for (let each = 0; each < 1000; each += 1) outlet.print("stdout", `${each}\n`, cell);
  assert.equal(lines(), []);
  outlet.flushAll();
  assert.is(lines().length, 1);
  assert.match(lines()[0]!, /^stream stdout: 0\n1\n2\n/);
});

test("print() keeps the order of stdout and stderr", () => {
  const { outlet, lines } = recordedOutlet();
  const cell = headerOf();
  outlet.print("stdout", "a", cell);
  outlet.print("stderr", "b", cell);
  outlet.print("stdout", "c", cell);
  outlet.flushAll();
  assert.equal(lines(), ["stream stdout: a", "stream stderr: b", "stream stdout: c"]);
});

test("print() makes few messages of many changes between the streams, and loses nothing", () => {
  const { outlet, sent } = recordedOutlet();
  const cell = headerOf();
  for (let each = 0; each < 5000; each += 1) outlet.print(each % 2 ? "stdout" : "stderr", `${each} `, cell);
  outlet.flushAll();
  assert.ok(sent.length <= 20);
  assert.is(
    sent
      .map(({ message }) => message.content.text)
      .join("")
      .trim()
      .split(" ").length,
    5000,
  );
});

test("publish() sends the cell's text first, and leaves another cell's waiting", () => {
  const { outlet, lines } = recordedOutlet();
  const [one, two] = [headerOf(), headerOf()];
  outlet.print("stdout", "two", two);
  outlet.print("stdout", "one", one);
  outlet.publish("display_data", {}, one);
  assert.equal(lines(), ["stream stdout: one", "display_data"]);
  outlet.flushAll();
  assert.is(lines().at(-1), "stream stdout: two");
});

test("print() sends by itself after a while", async () => {
  const { outlet, lines } = recordedOutlet();
  outlet.print("stdout", "late", headerOf());
  while (lines().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(lines(), ["stream stdout: late"]);
});

test("reply() derives the type, echoes identities and parent, and says who it is", () => {
  const { outlet, sent } = recordedOutlet();
  const request = requestOf("comm_info_request", {}, "control");
  outlet.reply(request, { status: "ok" }, { started: "now" });
  const [{ channel, message }] = sent as [(typeof sent)[0]];
  assert.is(channel, "control");
  assert.is(message.header.msg_type, "comm_info_reply");
  assert.is(message.header.session, outlet.session);
  assert.equal(message.parent, request.header);
  assert.is(message.identities[0]!.toString(), "client");
  assert.equal(message.metadata, { started: "now" });
  assert.ok(message.header.date && message.header.username && message.header.version);
});

test.run();
