import { spawn } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient }>("interrupt");
test.before(async (context) => {
  context.client = await KernelClient.start();
  await context.client.execute("let kept = 41;");
});
test.after(({ client }) => client.close());

const STUCK: [what: string, code: string][] = [
  ["a sync loop", 'console.log("begun"); for (;;) {}'],
  [
    "a loop after an await",
    'await null; console.log("begun"); await new Promise((r) => setTimeout(r, 1)); for (;;) {}',
  ],
  ["an await that never settles", 'console.log("begun"); await new Promise(() => {});'],
  ["a loop in a timer", 'setTimeout(() => { for (;;) {} }, 1); console.log("begun"); await new Promise(() => {});'],
];
const WAYS: [what: string, interrupt: (client: KernelClient) => unknown][] = [
  ["interrupt_request", (client) => client.request("interrupt_request", {}, "control").reply],
  ["SIGINT", (client) => client.kernel.kill("SIGINT")],
];
for (const [what, code] of STUCK)
  for (const [way, interrupt] of WAYS)
    test(`${way} stops ${what} and keeps variables`, async ({ client }) => {
      const cell = client.begin(code);
      await client.next(
        ({ header, content }) => header.msg_type === "stream" && String(content.text).includes("begun"),
      );
      await interrupt(client);
      const { reply } = await client.finish(cell);
      assert.is(reply.status, "error");
      assert.is(reply.ename, "KeyboardInterrupt");
      assert.is((await client.execute("kept + 1")).result, "42");
    });

const HELD: [what: string, code: string][] = [
  ["a program that ignores the interrupt", 'spawnSync("sh", ["-c", "trap : INT; sleep 1; sleep 1"]);'],
  [
    "a program that ignores it and ends well, as the last expression",
    'spawnSync("sh", ["-c", "trap \'\' INT; sleep 1"]).status',
  ],
];
for (const [what, code] of HELD)
  test(`a cell that waited for ${what} ends as interrupted`, async ({ client }) => {
    const cell = client.begin(
      `import { spawnSync } from "node:child_process"; console.log("begun");\nconst held = 1; ${code}`,
    );
    await client.next(({ header, content }) => header.msg_type === "stream" && String(content.text).includes("begun"));
    await client.request("interrupt_request", {}, "control").reply;
    assert.is((await client.finish(cell)).reply.ename, "KeyboardInterrupt");
    assert.is((await client.execute("held")).result, "1");
  });

const COUNTING: [what: string, code: string, kept: string][] = [
  ["an endless loop", 'let n = 0; console.log("begun"); while (true) n++;', "n > 0"],
  [
    "a loop that calls",
    'let called = 0; const one = () => { for (;;) return 1; }; console.log("begun"); for (let i = 0; i < 1e12; i++) called += one();',
    "called > 0",
  ],
  [
    "loops in loops",
    'let inner = 0; console.log("begun"); for (let i = 0; i < 1e12; i++) for (let j = 0; j < 9; j++) inner++;',
    "inner > 0",
  ],
  [
    "a slow loop",
    'let slow = 0; const rows = []; for (const x of [1, 2, 3, 4]) { slow += x; rows.push(x); if (x === 3) { console.log("begun"); for (;;) {} } }',
    "slow === 3",
  ],
];
for (const [what, code, kept] of COUNTING)
  test(`an interrupt leaves what ${what} has counted`, async ({ client }) => {
    const cell = client.begin(code);
    await client.next(({ header, content }) => header.msg_type === "stream" && String(content.text).includes("begun"));
    await new Promise((resolve) => setTimeout(resolve, 50)); // the loop is to be under way
    await client.request("interrupt_request", {}, "control").reply;
    assert.is((await client.finish(cell)).reply.ename, "KeyboardInterrupt");
    assert.is((await client.execute(kept)).result, "true");
  });

test("an interrupt aborts the queued cells", async ({ client }) => {
  const cells = ['console.log("begun"); for (;;) {}', "1"].map((code) => client.begin(code));
  await client.next(({ header }) => header.msg_type === "stream");
  await client.request("interrupt_request", {}, "control").reply;
  const [, queued] = await Promise.all(cells.map((cell) => client.finish(cell)));
  assert.is(queued!.reply.status, "aborted");
});

test("an interrupt while nothing runs changes nothing", async ({ client }) => {
  const { content } = await client.request("interrupt_request", {}, "control").reply;
  assert.is(content.status, "ok");
  assert.is((await client.execute("kept + 1")).result, "42");
});

test("an interrupt that comes with the cell stops it", async ({ client }) => {
  for (let each = 0; each < 5; each += 1) {
    const cell = client.begin("for (;;) {}");
    await client.next(({ header, parent }) => header.msg_type === "execute_input" && parent.msg_id === cell.id);
    await client.request("interrupt_request", {}, "control").reply;
    assert.is((await client.finish(cell)).reply.ename, "KeyboardInterrupt");
  }
  assert.is((await client.execute("kept + 1")).result, "42");
});

test("Atomics.wait() stops", async ({ client }) => {
  const cell = client.begin('console.log("begun"); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);');
  await client.next(({ header }) => header.msg_type === "stream");
  await client.request("interrupt_request", {}, "control").reply;
  assert.is((await client.finish(cell)).reply.ename, "KeyboardInterrupt");
  assert.is((await client.execute("kept + 1")).result, "42");
});

const PROGRAMS: [what: string, command: string][] = [
  ["a program", "echo begun; sleep 1000"],
  ["a program that does not listen", "trap '' INT; echo begun; sleep 1000; sleep 1000"],
];
for (const [what, command] of PROGRAMS)
  test(`an interrupt ends ${what} that a cell waits for with execSync, and keeps variables`, async ({ client }) => {
    const cell = client.begin(
      `import { execSync } from "node:child_process";
       execSync(${JSON.stringify(command)}, { stdio: "inherit" });`,
    );
    await client.next(({ header, content }) => header.msg_type === "stream" && content.text === "begun\n");
    await client.request("interrupt_request", {}, "control").reply;
    assert.is((await client.finish(cell)).reply.ename, "KeyboardInterrupt");
    assert.is((await client.execute("kept + 1")).result, "42");
  });

test("a second interrupt ends a session that native code holds, and says what is lost", async ({ client }) => {
  const other = await KernelClient.start();
  const cell = other.begin(
    `import { execFileSync } from "node:child_process";
     import { readFileSync } from "node:fs";
     execFileSync("mkfifo", ["pipe"]);
     console.log("begun");
     readFileSync("pipe");`,
  );
  await other.next(({ header, content }) => header.msg_type === "stream" && content.text === "begun\n");
  const told = other.next(({ header, content }) => header.msg_type === "stream" && content.name === "stderr");
  await other.request("interrupt_request", {}, "control").reply;
  assert.match(String((await told).content.text), /native code holds it\. Interrupt again to end it/);
  await other.request("interrupt_request", {}, "control").reply;
  const { reply } = await other.finish(cell);
  assert.is(reply.evalue, "session was ended by a second interrupt, since native code held it");
  assert.is((await other.execute("1 + 1")).result, "2");
  await other.close();
  assert.is((await client.execute("kept + 1")).result, "42");
});

test("ten interrupts in a row, each while the machine is busy", async ({ client }) => {
  const load = [1, 2].map(() => spawn(process.execPath, ["-e", "for (;;) {}"]));
  try {
    for (const [, code] of [...STUCK, ...STUCK, ...STUCK].slice(0, 10)) {
      const cell = client.begin(code);
      await client.next(
        ({ header, content, parent }) =>
          header.msg_type === "stream" && parent.msg_id === cell.id && String(content.text).includes("begun"),
      );
      await client.request("interrupt_request", {}, "control").reply;
      const { reply, stderr } = await client.finish(cell);
      assert.equal([reply.ename, stderr], ["KeyboardInterrupt", ""]);
    }
  } finally {
    for (const each of load) each.kill();
  }
  assert.is((await client.execute("kept + 1")).result, "42");
});

test.run();
