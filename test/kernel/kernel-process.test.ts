import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { connectionFile } from "../../kernel/protocol/connection-file.js";
import { freeConnection, KernelClient } from "./kernel-client.js";

const MAIN = fileURLToPath(new URL("../../kernel/main.js", import.meta.url));

for (const restart of [false, true])
  test(`shutdown_request with restart: ${restart} answers, then ends session and kernel`, async () => {
    const client = await KernelClient.start();
    const pid = Number((await client.execute("process.pid")).result);
    const { content } = await client.request("shutdown_request", { restart }, "control").reply;
    assert.equal(content, { status: "ok", restart });
    assert.is(await client.exited, 0);
    assert.throws(() => process.kill(pid, 0), /ESRCH/);
    await client.close();
  });

test("shutdown_request ends a session that spins", async () => {
  const client = await KernelClient.start();
  client.begin('console.log("begun"); for (;;) {}');
  await client.next(({ header }) => header.msg_type === "stream");
  client.request("shutdown_request", { restart: false }, "control");
  assert.is(await client.exited, 0);
  await client.close();
});

test("SIGTERM ends the kernel", async () => {
  const client = await KernelClient.start();
  client.kernel.kill("SIGTERM");
  assert.is(await client.exited, 0);
  await client.close();
});

test("the kernel ends when the process of JPY_PARENT_PID is gone", async () => {
  const parent = spawn("sleep", ["1000"]);
  const client = await KernelClient.start({ env: { JPY_PARENT_PID: String(parent.pid) } });
  parent.kill();
  assert.is(await client.exited, 0);
  await client.close();
});

test("the kernel works over ipc", async () => {
  const client = await KernelClient.start({ transport: "ipc" });
  assert.is((await client.execute("1 + 1")).result, "2");
  await client.close();
});

for (const [level, status] of [
  ["off", "ok"],
  ["warn", "ok"],
  ["error", "error"],
] as const)
  test(`CELLAR_CHECK=${level} lets a cell with a type error end ${status}`, async () => {
    const client = await KernelClient.start({ env: { CELLAR_CHECK: level } });
    const { reply, stderr } = await client.execute('const n: number = "text";');
    await client.close();
    assert.is(reply.status, status);
    assert.is(stderr.includes("TS2322"), level === "warn");
  });

async function startWith(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | null; said: string }> {
  const kernel = spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => kernel.once("exit", resolve));
  return { said: await text(kernel.stderr), code: await ended };
}

const folder = mkdtempSync(join(tmpdir(), "cellar-shutdown-"));
test.after(() => rmSync(folder, { recursive: true }));

test("a taken port is named and ends the kernel with code 1", async () => {
  const client = await KernelClient.start();
  const file = join(folder, "taken.json");
  writeFileSync(file, JSON.stringify(connectionFile(client.connection)));
  const { code, said } = await startWith([file]);
  await client.close();
  assert.is(code, 1);
  assert.match(said, /Cannot bind the shell socket to tcp:\/\/127\.0\.0\.1:\d+: the port is taken/);
  assert.not.match(said, /\n +at /);
});

test("a memory limit that is none is named and ends the kernel with code 1", async () => {
  const file = join(folder, "memory.json");
  writeFileSync(file, JSON.stringify(connectionFile(await freeConnection("tcp", folder))));
  const { code, said } = await startWith([file], { CELLAR_SESSION_MEMORY_MB: "4 GB" });
  assert.is(code, 1);
  assert.match(said, /Cannot use CELLAR_SESSION_MEMORY_MB="4 GB": it is not a whole number of megabytes/);
});

test("an unusable connection file is named and ends the kernel with code 1", async () => {
  const unsigned = join(folder, "unsigned.json");
  writeFileSync(unsigned, JSON.stringify({ ...connectionFile(await freeConnection("tcp", folder)), key: "" }));
  for (const [args, complaint] of [
    [[], /the connection file is not named/],
    [[join(folder, "missing.json")], /missing\.json/],
    [[unsigned], /--unsigned/],
  ] as const) {
    const { code, said } = await startWith(args);
    assert.is(code, 1);
    assert.match(said, complaint);
    assert.not.match(said, /\n +at /);
  }
});

test.run();
