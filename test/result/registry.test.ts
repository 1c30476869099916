import { suite } from "uvu";
import * as assert from "uvu/assert";
import { registerSerializer, reviveSerializer, serializerJson } from "../../src/result/registry.js";
import type { ResultSerializer } from "../../src/result/result-serializer.js";

/** uvu calls what it is given: a class would accept every error. */
const is =
  (Class: new (...parts: never[]) => Error) =>
  (error: unknown): boolean =>
    error instanceof Class;

const upper = (mark: string): ResultSerializer<string> => ({
  type: "upper",
  config: { mark },
  serialize: (value) => `${value.toUpperCase()}${mark}`,
  deserialize: (blob) => String(blob).slice(0, -mark.length).toLowerCase(),
});

const registry = suite("registry");
for (const type of ["value", "json"])
  registry(`reviveSerializer() knows ${type}`, () => assert.is(reviveSerializer({ type }).type, type));
registry("serializerJson() puts type beside config", () => {
  assert.equal(serializerJson(upper("!")), { type: "upper", mark: "!" });
  assert.throws(() => serializerJson({ type: "x", config: { type: "y" } }), is(TypeError));
});
registry(
  "an unknown serializer fails only when it is used, naming its type, and works once it is registered",
  async () => {
    const absent = reviveSerializer({ type: "upper", mark: "?" });
    assert.equal(serializerJson(absent), { type: "upper", mark: "?" });
    assert.throws(() => absent.deserialize("A?"), /^Cannot deserialize result: serializer "upper" is not known here/);
    registerSerializer("upper", (config) => upper(config.mark as string) as ResultSerializer);
    assert.is(await absent.deserialize("A?"), "a");
    assert.is(reviveSerializer({ type: "upper", mark: "!" }).serialize("b"), "B!");
  },
);
registry("a config that makes no sense fails only when it is used", () => {
  const broken = reviveSerializer({ type: "compressed", level: 6 });
  assert.equal(serializerJson(broken), { type: "compressed", level: 6 });
  assert.throws(() => broken.deserialize({}), /inner serializer is missing/);
});
registry("registerSerializer() refuses the types that are built in, and what makes no sense", () => {
  assert.throws(() => registerSerializer("json", () => upper("")), is(TypeError));
  assert.throws(() => registerSerializer("", () => upper("")), is(TypeError));
  assert.throws(() => registerSerializer("x", null as never), is(TypeError));
});
registry("a type may be registered again", () => {
  registerSerializer("upper", () => upper("#") as ResultSerializer);
  assert.equal(serializerJson(reviveSerializer({ type: "upper" })), { type: "upper", mark: "#" });
});
registry.run();
