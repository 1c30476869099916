import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Json } from "../../src/contracts/json.js";
import { JSONSerializer } from "../../src/result/json-serializer.js";
import { reviveSerializer, serializerJson } from "../../src/result/registry.js";
import { Result } from "../../src/result/result.js";
import { S3Serializer } from "../../src/result/s3-serializer.js";

const PROJECT = fileURLToPath(new URL("../../../", import.meta.url));

/** A server that speaks S3, on a free port of this machine; ends with the test. */
class S3Server {
  private constructor(
    private readonly process: ChildProcess,
    readonly endpoint: string,
    readonly client: S3Client,
  ) {}

  static async start(): Promise<S3Server> {
    const server = spawn(join(PROJECT, ".venv/bin/python"), ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const endpoint = await new Promise<string>((resolve, reject) => {
      let output = "";
      for (const stream of [server.stdout, server.stderr])
        stream.on("data", (text) => {
          output += text;
          const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(output);
          if (found) resolve(found[1]!);
        });
      server.on("error", reject);
      server.on("exit", () => reject(new Error(`Cannot start the S3 server: ${output}`)));
    });
    const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: "results" }));
    return new S3Server(server, endpoint, client);
  }

  async keys(): Promise<string[]> {
    const { Contents = [] } = await this.client.send(new ListObjectsV2Command({ Bucket: "results" }));
    return Contents.map(({ Key }) => Key!);
  }

  async stop(): Promise<void> {
    this.client.destroy();
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill();
    await ended;
  }
}

const failure = (promise: Promise<unknown>): Promise<Error> =>
  promise.then(
    () => assert.unreachable("it did not fail"),
    (error: unknown) => error as Error,
  ) as Promise<Error>;

const test = suite<{ server: S3Server; open: (more?: object) => S3Serializer }>("S3Serializer");
test.before(async (world) => {
  process.env.AWS_ACCESS_KEY_ID = "a-key";
  process.env.AWS_SECRET_ACCESS_KEY = "a-secret";
  const server = await S3Server.start();
  world.server = server;
  world.open = (more = {}) => new S3Serializer({ bucket: "results", endpoint: server.endpoint, ...more });
});
test.after(({ server }) => server.stop());

test("keeps what the inner serializer keeps, under the hash of its text", async ({ server, open }) => {
  const value = { when: new Date(5), rows: new Map([[1, "ä".repeat(70_000)]]), none: undefined };
  const blob = (await open({ prefix: "/runs/2026/" }).serialize(value)) as { [key: string]: Json };
  assert.equal(Object.keys(blob), ["bucket", "key", "sha256", "bytes"]);
  assert.is(blob.key, `runs/2026/${String(blob.sha256).slice(0, 2)}/${String(blob.sha256).slice(2)}.json`);
  assert.ok(Number(blob.bytes) > 140_000);
  assert.ok((await server.keys()).includes(String(blob.key)));
  assert.equal(await open({ prefix: "runs/2026" }).deserialize(blob), value);
});
test("keeps equal values once", async ({ server, open }) => {
  const serializer = open({ prefix: "once" });
  assert.equal(await serializer.serialize([1, 2]), await serializer.serialize([1, 2]));
  assert.is((await server.keys()).filter((key) => key.startsWith("once/")).length, 1);
});
test("comes back from its stored form, which holds no credentials", async ({ server, open }) => {
  const serializer = open({ prefix: "p", region: "eu-west-1", forcePathStyle: true, inner: new JSONSerializer() });
  const json = serializerJson(serializer);
  assert.equal(json, {
    type: "s3",
    bucket: "results",
    prefix: "p",
    endpoint: server.endpoint,
    region: "eu-west-1",
    forcePathStyle: true,
    inner: { type: "json" },
  });
  const revived = reviveSerializer(JSON.parse(JSON.stringify(json)));
  assert.equal(await revived.deserialize(await serializer.serialize({ a: [null] })), { a: [null] });
});
test("serves a Result in both directions", async ({ open }) => {
  const stored = await new Result({ value: new Set([1n]), serializer: open() }).serialize();
  assert.equal((await stored.deserialize()).value, new Set([1n]));
});

test("deserialize() refuses an object that was changed, and one of another length", async ({ server, open }) => {
  const blob = (await open().serialize("kept")) as { [key: string]: Json };
  const { Body } = await server.client.send(new GetObjectCommand({ Bucket: "results", Key: String(blob.key) }));
  const text = await Body!.transformToString();
  const put = (body: string) =>
    server.client.send(new PutObjectCommand({ Bucket: "results", Key: String(blob.key), Body: body }));
  await put(text.replace("kept", "sunk"));
  const changed = await failure(open().deserialize(blob));
  assert.match(
    changed.message,
    `Cannot read result from key "${blob.key}" of bucket "results": the object was changed`,
  );
  await put(`${text} `);
  assert.match((await failure(open().deserialize(blob))).message, `${text.length + 1} bytes are there`);
});
const HASH = "0".repeat(64);
const KEY = `00/${"0".repeat(62)}.json`;
for (const [what, blob] of [
  ["null", null],
  ["a reference without a hash", { bucket: "results", key: KEY, bytes: 1 }],
  ["another bucket", { bucket: "secrets", key: KEY, sha256: HASH, bytes: 1 }],
  ["a key that is not its hash", { bucket: "results", key: "../secrets.json", sha256: HASH, bytes: 1 }],
] as const)
  test(`deserialize() refuses ${what} without asking the service`, async ({ open }) => {
    assert.match((await failure(open().deserialize(blob))).message, "the reference is malformed");
  });

test("an object that is gone says its bucket, its key and to run the task again", async ({ open }) => {
  const { message } = await failure(open().deserialize({ bucket: "results", key: KEY, sha256: HASH, bytes: 1 }));
  assert.is(
    message,
    `Cannot read result from key "${KEY}" of bucket "results": there is no such object; run the task again to write it anew`,
  );
});
test("a bucket that is not there says so, and what to do", async ({ open }) => {
  const { message } = await failure(open({ bucket: "nowhere" }).serialize(1));
  assert.match(message, /Cannot write result to key ".+" of bucket "nowhere": there is no such bucket; create it/);
});
test("a service that does not answer is named", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => closed.once("listening", resolve));
  const endpoint = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
  await new Promise((resolve) => closed.close(resolve));
  const { message } = await failure(new S3Serializer({ bucket: "results", endpoint }).serialize(1));
  assert.match(message, `of bucket "results": ${endpoint} does not answer; check the endpoint and the network`);
});
test("missing credentials are named, with the way to give them", async ({ open }) => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = process.env;
  const nowhere = {
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_CONFIG_FILE: "/dev/null",
  };
  delete process.env.AWS_ACCESS_KEY_ID;
  delete process.env.AWS_SECRET_ACCESS_KEY;
  Object.assign(process.env, nowhere);
  try {
    const { message } = await failure(open({ region: "eu-central-1" }).serialize(1));
    assert.match(message, "there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  } finally {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    for (const name of Object.keys(nowhere)) delete process.env[name];
  }
});

for (const [what, options] of [
  ["no bucket", { bucket: "" }],
  ["an endpoint that is no URL", { endpoint: "localhost" }],
  ["an endpoint with a password", { endpoint: "http://me:secret@127.0.0.1" }],
  ["credentials", { credentials: { accessKeyId: "a", secretAccessKey: "b" } }],
  ["a secret", { secretAccessKey: "b" }],
] as const)
  test(`refuses ${what}`, ({ open }) => {
    assert.throws(
      () => open(options),
      (error: unknown) => error instanceof TypeError && error.message.startsWith("Cannot make S3Serializer: "),
    );
  });

/** What a program in an empty folder prints: the library's files are there, the package is not. */
async function withoutPackage(environment: NodeJS.ProcessEnv): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cellar-s3-"));
  try {
    for (const part of ["result", "contracts", "display"])
      await cp(fileURLToPath(new URL(`../../src/${part}`, import.meta.url)), join(folder, part), { recursive: true });
    await writeFile(join(folder, "package.json"), '{"type": "module"}');
    const program = `import { S3Serializer } from "./result/s3-serializer.js";
      try { await new S3Serializer({ bucket: "b" }).serialize(1); } catch (error) { console.log(error.message); }`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { cwd: folder, env: environment });
    const output: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => output.push(text));
    await new Promise((resolve) => child.once("close", resolve));
    return Buffer.concat(output).toString();
  } finally {
    await rm(folder, { recursive: true });
  }
}
test("a missing package is named, with the way to install it", async () => {
  const output = await withoutPackage(process.env);
  assert.match(output, 'of bucket "b": the package "@aws-sdk/client-s3" is not installed');
  assert.match(output, 'run "npm install @aws-sdk/client-s3"');
});
test.run();
