import { once } from "node:events";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { SessionHarness } from "./session-harness.js";

test("process.exit() in a cell ends the session with that code, and what was printed before arrives", async () => {
  const session = await SessionHarness.start();
  const exited = once(session.child, "exit");
  await session
    .run("console.log('one'); console.log('two'); process.exit(3)")
    .then(() => assert.unreachable("the call outlived the session"))
    .catch((error: Error) => assert.match(error.message, "the other end is gone"));
  assert.is((await exited)[0], 3);
  const text = session.outputs.map((output) => (output.kind === "stream" ? output.text : "")).join("");
  assert.is(text, "one\ntwo\n");
  await session.stop();
});

test("a session ends when the kernel process is gone", async () => {
  const session = await SessionHarness.start();
  await session.run("setInterval(() => {}, 10)");
  const exited = once(session.child, "exit");
  session.child.disconnect();
  assert.is((await exited)[0], 0);
  await session.stop();
});

test("programs that a cell starts do not see the session's own setup", async () => {
  const session = await SessionHarness.start();
  assert.is(await session.text("Object.keys(process.env).filter((name) => name === 'CELLAR_SESSION_SETUP')"), "[]");
  await session.stop();
});

test.run();
