import { suite } from "uvu";
import * as assert from "uvu/assert";
import { KernelClient } from "./kernel-client.js";

const test = suite<{ client: KernelClient }>("the session ends");
test.before(async (context) => {
  context.client = await KernelClient.start({ env: { CELLAR_SESSION_MEMORY_MB: "120" } });
});
test.after(({ client }) => client.close());

const CASES: [what: string, code: string, told: RegExp][] = [
  [
    "by kill -9",
    'process.kill(process.pid, "SIGKILL"); await new Promise(() => {});',
    /killed by SIGKILL \(out of memory\?/,
  ],
  ["by process.exit()", "process.exit(3);", /exited with code 3/],
  ["by process.abort()", "process.abort();", /killed by SIGABRT \(a crash in native code\?\)/],
  [
    "by a crash",
    'process.kill(process.pid, "SIGSEGV"); await new Promise(() => {});',
    /killed by SIGSEGV \(a crash in native code\?\)/,
  ],
  [
    "for want of memory",
    "const rows: number[][] = []; for (;;) rows.push(new Array(1e5).fill(1));",
    /ran out of memory \(limit 1\d\d MB\); raise the limit with CELLAR_SESSION_MEMORY_MB/,
  ],
];
for (const [what, code, told] of CASES)
  test(`${what}: the cell says so, queued cells are aborted, the next one starts afresh`, async ({ client }) => {
    await client.execute("let before = 1;");
    const [dead, queued] = await Promise.all([code, "2"].map((each) => client.execute(each)));
    assert.is(dead!.reply.status, "error");
    assert.match(String(dead!.reply.evalue), told);
    assert.is(dead!.stderr, "", "what Node says of the end is not for the reader");
    assert.is(queued!.reply.status, "aborted");
    const fresh = await client.execute("1 + 1");
    assert.is(fresh.result, "2");
    assert.match(fresh.stderr, /variables of earlier cells are gone/);
    assert.is((await client.execute("2 + 2")).stderr, "");
    const gone = await client.execute("before");
    assert.is(gone.reply.status, "error");
  });

test("the dump of a child's crash is shown", async ({ client }) => {
  const { stderr, reply } = await client.execute(
    `import { spawnSync } from "node:child_process";
     spawnSync(process.execPath, ["-e", "process.abort()"], { stdio: "inherit" });
     await new Promise((resolve) => setTimeout(resolve, 2500));`,
  );
  assert.is(reply.status, "ok");
  assert.match(stderr, /Native stack trace/);
});

const LATE: [what: string, code: string][] = [
  ["a throw in a timer", 'setTimeout(() => { throw new RangeError("late"); }, 50);'],
  ["a rejection nobody handles", 'setTimeout(() => void Promise.reject(new RangeError("late")), 50);'],
];
for (const [what, code] of LATE)
  test(`${what} is told in its cell and ends nothing`, async ({ client }) => {
    await client.execute("let living = 1;");
    const cell = client.begin(code);
    const told = await client.next(({ header }) => header.msg_type === "error");
    assert.is(told.parent.msg_id, cell.id);
    assert.equal([told.content.ename, told.content.evalue], ["RangeError", "late"]);
    assert.is((await client.execute("living")).result, "1");
  });

test("what it wrote last is shown", async ({ client }) => {
  const { stdout } = await client.execute('console.log("last words"); process.exit(1);');
  assert.is(stdout, "last words\n");
});

test("children that it left behind end", async ({ client }) => {
  const { result } = await client.execute(
    'import { spawn } from "node:child_process";\nconst child = spawn("sleep", ["1000"]);\nchild.pid!',
  );
  await client.execute("process.exit(1)");
  await gone(Number(result));
});

test("the kernel's end is the session's, also by kill -9 while a cell spins", async ({ client }) => {
  const other = await KernelClient.start();
  const pid = Number((await other.execute("process.pid")).result);
  other.begin('console.log("begun"); for (;;) {}');
  await other.next(({ header }) => header.msg_type === "stream");
  other.kernel.kill("SIGKILL");
  await other.close();
  await gone(pid);
  assert.is((await client.execute("1")).result, "1");
});

/** Resolves when a process has ended; one that never does is ended by the test run's time-out. */
async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 50));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // ESRCH
  }
}

test.run();
