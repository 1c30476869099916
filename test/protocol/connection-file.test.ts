import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { addressOf, connectionFile, readConnectionFile } from "../../kernel/protocol/connection-file.js";

const folder = mkdtempSync(join(tmpdir(), "cellar-connection-"));
test.after(() => rmSync(folder, { recursive: true }));

const GOOD = {
  transport: "tcp",
  ip: "127.0.0.1",
  shell_port: 1,
  iopub_port: 2,
  stdin_port: 3,
  control_port: 4,
  hb_port: 5,
  key: "k",
  signature_scheme: "hmac-sha256",
};
function written(fields: object | string): string {
  const path = join(folder, "connection.json");
  writeFileSync(path, typeof fields === "string" ? fields : JSON.stringify(fields));
  return path;
}

test("readConnectionFile() reads ports, key and transport", () => {
  const connection = readConnectionFile(written(GOOD), false);
  assert.is(connection.key, "k");
  assert.is(addressOf(connection, "hb"), "tcp://127.0.0.1:5");
  assert.is(addressOf({ ...connection, transport: "ipc", ip: "/tmp/k" }, "shell"), "ipc:///tmp/k-1");
  assert.is(addressOf({ ...connection, ip: "::1" }, "shell"), "tcp://[::1]:1");
});

const BAD: [string, object | string, RegExp][] = [
  ["no JSON", "{", /Cannot read the connection file/],
  ["a list", "3", /is not a JSON object/],
  ["a missing port", { ...GOOD, stdin_port: undefined }, /"stdin_port" is not a port/],
  ["a port that is text", { ...GOOD, hb_port: "5" }, /"hb_port" is not a port/],
  ["no key", { ...GOOD, key: "" }, /--unsigned/],
  ["another transport", { ...GOOD, transport: "udp" }, /transport "udp" is unknown/],
  ["half a pair of curve keys", { ...GOOD, curve_publickey: "k".repeat(40) }, /"curve_secretkey" one is missing/],
  [
    "a curve key that is none",
    { ...GOOD, curve_publickey: "k", curve_secretkey: "k" },
    /"curve_publickey" is not a key/,
  ],
  ["a registration port that is none", { ...GOOD, registration_port: "9" }, /"registration_port" is not a port/],
  ["registration over ipc", { ...GOOD, registration_port: 9, transport: "ipc" }, /registration works over tcp alone/],
  ["another signature scheme", { ...GOOD, signature_scheme: "hmac-md5" }, /"hmac-md5" is unknown/],
];
for (const [what, fields, reason] of BAD)
  test(`readConnectionFile() refuses ${what}`, () => {
    assert.throws(
      () => readConnectionFile(written(fields), false),
      (error: Error) => reason.test(error.message),
    );
  });

test("readConnectionFile() reads what connectionFile() writes", () => {
  const connection = {
    ...readConnectionFile(written(GOOD), false),
    curve: { publicKey: "p".repeat(40), secretKey: "s".repeat(40) },
  };
  assert.equal(readConnectionFile(written(connectionFile(connection)), false), connection);
});

test("readConnectionFile() leaves the ports of a registration file to the system", () => {
  const { shell_port, iopub_port, stdin_port, control_port, hb_port, ...rest } = GOOD;
  const connection = readConnectionFile(written({ ...rest, registration_port: 9 }), false);
  assert.is(connection.registrationPort, 9);
  assert.is(addressOf(connection, "shell"), "tcp://127.0.0.1:*");
});

test("readConnectionFile() accepts an empty key when told so", () => {
  assert.is(readConnectionFile(written({ ...GOOD, key: "" }), true).key, "");
});

test.run();
