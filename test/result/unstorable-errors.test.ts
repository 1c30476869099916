import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { toErrorRecord } from "../../src/links/error-record.js";
import { Unstored } from "../../src/result/unstored.js";
import { ValueSerializer } from "../../src/result/value-serializer.js";

const serializer = new ValueSerializer();
/** The value as another process reads it; stored twice, as what was read may be stored again. */
const again = <T>(value: T): T => {
  const once = () => serializer.deserialize(JSON.parse(JSON.stringify(serializer.serialize(value)))) as T;
  const read = once();
  const twice = serializer.deserialize(JSON.parse(JSON.stringify(serializer.serialize(read)))) as T;
  assert.is(inspect(twice), inspect(read));
  return read;
};

class Socket {
  readonly fd = 7;
}
const throwing = (key: string, owner: object = {}): object =>
  Object.defineProperty(owner, key, {
    enumerable: true,
    configurable: true,
    get() {
      throw new Error("no access");
    },
  });

const REFUSING: ProxyHandler<object> = {
  ownKeys() {
    throw new Error("no access");
  },
};

/** What hangs on an error, where it is found again, and what the mark says. */
const PARTS: readonly (readonly [what: string, part: unknown, path: string, kind: RegExp])[] = [
  ["a function", () => 1, "result.part", /^function$/],
  ["a symbol", Symbol("s"), "result.part", /^symbol$/],
  ["a socket", new Socket(), "result.part", /^instance of Socket$/],
  ["headers", new Headers({ a: "b" }), "result.part", /^instance of Headers$/],
  ["a promise", Promise.resolve(), "result.part", /^promise/],
  ["a proxy that refuses", new Proxy({}, REFUSING), "result.part", /^reading it failed/],
  ["a stream", new ReadableStream(), "result.part", /^instance of ReadableStream$/],
  ["an array with a symbol key", Object.assign([1], { [Symbol("s")]: 1 }), "result.part", /^array with symbol keys$/],
  ["memory that is shared", new Uint8Array(new SharedArrayBuffer(1)), "result.part", /shared memory$/],
];
const partOf = (error: unknown) => (error as { part: unknown }).part;

const errors = suite("ValueSerializer: an error with a part that cannot be stored");
for (const [what, part, path, kind] of PARTS) {
  errors(`keeps the error when it carries ${what}`, () => {
    const error = Object.assign(new TypeError("refused", { cause: new Error("deeper") }), {
      code: "E1",
      status: 503,
      part,
    });
    const read = again(error);
    assert.instance(read, TypeError);
    assert.equal([read.message, read.code, read.status, read.stack], ["refused", "E1", 503, error.stack]);
    assert.is((read.cause as Error).message, "deeper");
    const mark = partOf(read);
    assert.instance(mark, Unstored);
    assert.is((mark as Unstored).path, path);
    assert.match((mark as Unstored).kind, kind);
    assert.is(typeof (mark as Unstored).preview, "string");
  });
  errors(`keeps the error when it carries ${what} deep inside`, () => {
    const read = again(Object.assign(new Error("e"), { part: { kept: [1, { part }] } }));
    const { kept } = partOf(read) as { kept: [number, { part: unknown }] };
    assert.is(kept[0], 1);
    assert.instance(kept[1].part, Unstored);
    assert.is((kept[1].part as Unstored).path, "result.part.kept[1].part");
  });
  errors(`keeps an error whose cause, or whose member of errors, is ${what}`, () => {
    assert.instance(again(new Error("e", { cause: part })).cause, Unstored);
    const all = again(new AggregateError([new Error("first"), part], "all"));
    assert.is(all.message, "all");
    assert.is((all.errors[0] as Error).message, "first");
    assert.instance(all.errors[1], Unstored);
  });
}

errors("keeps an error whose getters throw, property by property", () => {
  const error = throwing("part", new Error("e"));
  Object.assign(error, { config: throwing("secret", { url: "/x" }) });
  const read = again(error) as Error & { part: Unstored; config: { url: string; secret: Unstored } };
  assert.is(read.message, "e");
  assert.match(read.part.kind, /reading it failed: no access/);
  assert.is(read.config.url, "/x");
  assert.match(read.config.secret.kind, /reading it failed: no access/);
});
for (const key of ["name", "message", "stack", "cause"])
  errors(`keeps an error whose ${key} throws`, () => {
    const read = again(throwing(key, Object.assign(new Error("e"), { code: "E1" })) as Error & { code: string });
    assert.is(read.code, "E1");
    assert.ok(read instanceof Error);
    if (key !== "cause") assert.match(String(read[key as "name"]), /reading it failed/);
    assert.is(typeof toErrorRecord(throwing(key, new Error("e"))).message, "string");
  });
errors("keeps an error that refers to itself by what cannot be stored", () => {
  class ClientError extends Error {
    override readonly name = "ClientError";
    readonly request: object = { on() {}, socket: { owner: this } };
  }
  const read = again(new ClientError("503")) as ClientError & { request: { on: Unstored; socket: { owner: unknown } } };
  assert.equal([read.name, read.constructor.name, read.message], ["ClientError", "ClientError", "503"]);
  assert.instance(read.request.on, Unstored);
  assert.is(read.request.socket.owner, read);
});
errors("keeps errors that stand in a value, and refuses the value for parts of its own", () => {
  const [failed] = again([Object.assign(new Error("e"), { part: () => 1 })]);
  assert.instance(failed!.part, Unstored);
  const shared = { fn: () => 1 };
  for (const value of [
    { shared, error: Object.assign(new Error("e"), { shared }) },
    { error: Object.assign(new Error("e"), { shared }), shared },
    { error: Object.assign(new Error("e"), { deep: { shared } }), list: [[shared]] },
  ])
    assert.throws(() => serializer.serialize(value), /Cannot serialize result.*fn: function/);
});
errors.run();
