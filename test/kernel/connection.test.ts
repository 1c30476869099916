import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { curveKeyPair, Dealer, Reply, Request } from "zeromq";
import {
  type Connection,
  connectionFile,
  type Ports,
  readConnectionFile,
} from "../../kernel/protocol/connection-file.js";
import { newMessage } from "../../kernel/protocol/outgoing.js";
import { ReplayMemory } from "../../kernel/protocol/replay-memory.js";
import { decode, encode } from "../../kernel/protocol/wire-format.js";
import { freeConnection, freePorts, KernelClient } from "./kernel-client.js";

const MAIN = fileURLToPath(new URL("../../kernel/main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "cellar-connection-"));
test.after(() => rmSync(folder, { recursive: true }));

for (const transport of ["tcp", "ipc"] as const)
  test(`an encrypted kernel over ${transport} answers on all five sockets`, async () => {
    const client = await KernelClient.start({ curve: true, transport });
    await client.sockets.hb.send("ping");
    assert.is(String(await client.sockets.hb.receive()), "ping");
    assert.is((await client.request("kernel_info_request", {}, "control").reply).content.status, "ok");
    const cell = client.begin('await prompt("Name?")', { allow_stdin: true });
    client.answer(await client.next(({ header }) => header.msg_type === "input_request"), "Ada");
    assert.is((await client.finish(cell)).result, "'Ada'");
    await client.close();
  });

test("an encrypted kernel hears no client that does not encrypt, or trusts another kernel", async () => {
  const client = await KernelClient.start({ curve: true });
  const other = curveKeyPair();
  const { ip, ports } = client.connection;
  const strangers = [
    new Request({ linger: 0, receiveTimeout: 1000 }),
    new Request({
      linger: 0,
      receiveTimeout: 1000,
      curveServerKey: other.publicKey,
      curvePublicKey: other.publicKey,
      curveSecretKey: other.secretKey,
    }),
  ];
  for (const stranger of strangers) {
    stranger.connect(`tcp://${ip}:${ports.hb}`);
    await stranger.send("ping");
    assert.is(await stranger.receive().catch((error: NodeJS.ErrnoException) => error.code), "EAGAIN");
    stranger.close();
  }
  assert.is((await client.execute("1 + 1")).result, "2");
  await client.close();
});

test("a client that comes back under its identity gets the replies", async () => {
  const client = await KernelClient.start();
  const { ip, ports, key } = client.connection;
  const routingId = randomUUID();
  const first = new Dealer({ routingId, linger: 0 });
  first.connect(`tcp://${ip}:${ports.shell}`);
  const ask = async (socket: Dealer): Promise<void> =>
    socket.send(
      encode(newMessage({ type: "kernel_info_request", content: {}, parent: null, identities: [] }, routingId), key),
    );
  await ask(first);
  await first.receive();
  const second = new Dealer({ routingId, linger: 0, receiveTimeout: 30_000 });
  second.connect(`tcp://${ip}:${ports.shell}`); // while the first one is connected still
  await ask(second);
  assert.is(decode(await second.receive(), key, new ReplayMemory()).header.msg_type, "kernel_info_reply");
  first.close();
  second.close();
  await client.close();
});

test("a kernel without a key takes unsigned messages, with --unsigned alone", async () => {
  const connection = { ...(await freeConnection("tcp", folder)), key: "" };
  const file = join(folder, "unsigned.json");
  writeFileSync(file, JSON.stringify(connectionFile(connection)));
  const kernel = spawn(process.execPath, [MAIN, file, "--unsigned"], {
    cwd: folder,
    env: { ...process.env, CELLAR_HISTORY: "off" },
  });
  const client = await KernelClient.attach(kernel, connection, folder, () => {});
  assert.is((await client.execute("1 + 1")).result, "2");
  await client.close();
});

/** Starts a kernel with a registration file, and answers its handshake. */
async function launch(answer: "ok" | "error" | "forged"): Promise<{
  kernel: ReturnType<typeof spawn>;
  said: Promise<string>;
  connection: Connection;
  runtime: string;
}> {
  const [registrationPort] = (await freePorts(1)) as [number];
  const key = randomUUID();
  const launcher = new Reply({ linger: 1000 });
  await launcher.bind(`tcp://127.0.0.1:${registrationPort}`);
  const file = join(folder, `${registrationPort}.json`);
  const runtime = join(folder, `runtime-${registrationPort}`);
  writeFileSync(
    file,
    JSON.stringify({
      transport: "tcp",
      ip: "127.0.0.1",
      key,
      signature_scheme: "hmac-sha256",
      registration_port: registrationPort,
    }),
  );
  const kernel = spawn(process.execPath, [MAIN, file], {
    cwd: folder,
    env: { ...process.env, CELLAR_HISTORY: "off", JUPYTER_RUNTIME_DIR: runtime },
  });
  const said = text(kernel.stderr);
  const request = decode(await launcher.receive(), key, new ReplayMemory());
  assert.is(request.header.msg_type, "handshake_request");
  const content = { status: answer === "error" ? "error" : "ok" };
  const reply = newMessage({ type: "handshake_reply", content, parent: request.header, identities: [] }, randomUUID());
  await launcher.send(encode(reply, answer === "forged" ? "another key" : key));
  launcher.close();
  const { shell_port, iopub_port, stdin_port, control_port, hb_port } = request.content as Record<string, number>;
  const ports = {
    shell: shell_port,
    iopub: iopub_port,
    stdin: stdin_port,
    control: control_port,
    hb: hb_port,
  } as Ports;
  const connection: Connection = { transport: "tcp", ip: "127.0.0.1", ports, key, curve: null, registrationPort: null };
  return { kernel, said, connection, runtime };
}

test("a registration file: the kernel chooses ports, tells the launcher, and others by a connection file", async () => {
  const { kernel, connection, runtime } = await launch("ok");
  const client = await KernelClient.attach(kernel, connection, folder, () => {});
  assert.is((await client.execute("1 + 1")).result, "2");
  const [name] = readdirSync(runtime);
  assert.equal(readConnectionFile(join(runtime, name!), false), connection);
  assert.is(statSync(join(runtime, name!)).mode & 0o777, 0o600);
  await client.close();
  assert.equal(readdirSync(runtime), []);
});

for (const answer of ["error", "forged"] as const)
  test(`a launcher's answer that is ${answer} ends the kernel with code 1`, async () => {
    const { kernel, said, runtime } = await launch(answer);
    const code = await new Promise((resolve) => kernel.once("exit", resolve));
    assert.is(code, 1);
    assert.match(await said, /Cannot register the kernel at tcp:\/\/127\.0\.0\.1:\d+: /);
    assert.equal(existsSync(runtime) ? readdirSync(runtime) : [], []);
  });

test("the kernelspec says that the kernel encrypts", () => {
  const spec = fileURLToPath(new URL("../../../kernel/kernelspec/kernel.json", import.meta.url));
  assert.equal(JSON.parse(readFileSync(spec, "utf8")).metadata.supported_encryption, ["curve"]);
});

test.run();
