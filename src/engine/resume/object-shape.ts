import { types } from "node:util";
import type { Json } from "../../contracts/json.js";
import { Flow } from "../../flow/flow.js";
import { hashValue } from "../../result/content-hash.js";
import { Parameter } from "../../task/parameter.js";
import { TaskCall } from "../../task/task-call.js";
import { functionShape } from "./function-shape.js";
import { byName, type Edge, type Shape, type ShapeTools, shapeOf } from "./source-shape.js";

/**
 * Objects count as they were when they were first seen: it is their source that is meant, and a list that a
 * task adds to has not changed its source. A cell that runs again makes a new object.
 */
const firstSeen = new WeakMap<object, Shape>();

/** What an object is made of: plain data by its content, any other by its class and all it holds. */
export function objectShape(value: object, tools: ShapeTools): Shape {
  if (value instanceof TaskCall || value instanceof Parameter || value instanceof Flow)
    return shapeOf([value.constructor.name, value.name]);
  const known = firstSeen.get(value);
  if (known) return known;
  const shape = find(value, tools);
  if (shape.problem === null) firstSeen.set(value, shape); // else it is a problem each time it is seen
  return shape;
}

function find(value: object, tools: ShapeTools): Shape {
  if (types.isProxy(value)) {
    const { slots } = tools.viewer.look(value);
    const edges = [edge("proxy", slots["[[Target]]"]), edge("handler", slots["[[Handler]]"])];
    return shapeOf(["proxy"], { edges });
  }
  const hash = hashValue(value);
  if (hash !== null) return shapeOf(["value", hash]);
  if (types.isPromise(value)) return promiseShape(value, tools);
  const prototype = Object.getPrototypeOf(value) as object | null;
  const content = contentEdges(value);
  if (prototype === null || prototype === Object.prototype)
    return shapeOf(["object"], { edges: byName(propertyEdges(value)) });
  if (content && prototype === Object.getPrototypeOf(content.empty))
    return shapeOf([content.kind], {
      edges: [...content.edges, ...(content.kind === "Array" ? [] : propertyEdges(value))],
    });
  return instanceShape(value, prototype, content?.edges ?? [], tools);
}

function promiseShape(value: object, { viewer }: ShapeTools): Shape {
  const { slots } = viewer.look(value);
  if (slots["[[PromiseState]]"] !== "fulfilled")
    return shapeOf(["Promise"], { problem: "a promise without a value yet" });
  return shapeOf(["Promise"], { edges: [edge("value", slots["[[PromiseResult]]"])] });
}

function instanceShape(value: object, prototype: object, content: readonly Edge[], tools: ShapeTools): Shape {
  const maker = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value as unknown;
  if (typeof maker !== "function") {
    const edges = [...byName(propertyEdges(value)), edge("prototype", prototype)];
    return shapeOf(["object"], { edges });
  }
  const made = functionShape(maker, tools);
  const [kind] = made.label as Json[];
  if (kind !== "function")
    return shapeOf(["instance", maker.name], { problem: `it is an instance of ${maker.name || "a class"}` });
  const text = Function.prototype.toString.call(maker);
  const privates = text.includes("#") ? Object.entries(tools.viewer.look(value).privates) : [];
  return shapeOf(["instance"], {
    edges: [
      edge("class", maker),
      ...byName([...propertyEdges(value), ...privates.map(([name, held]) => edge(name, held))]),
      ...content,
    ],
  });
}

/** Own properties; an accessor by its functions, since reading it would run code. */
function propertyEdges(value: object): Edge[] {
  return Reflect.ownKeys(value).flatMap((key) => {
    const { enumerable, value: held, get, set } = Object.getOwnPropertyDescriptor(value, key)!;
    const name = typeof key === "symbol" ? `[${String(key)}]` : key;
    if (!get && !set) return enumerable ? [edge(name, held)] : [];
    return [...(get ? [edge(`get ${name}`, get)] : []), ...(set ? [edge(`set ${name}`, set)] : [])];
  });
}

interface Content {
  readonly kind: string;
  readonly empty: object;
  readonly edges: readonly Edge[];
}

/** What a collection holds, in its order. */
function contentEdges(value: object): Content | undefined {
  if (Array.isArray(value))
    return { kind: "Array", empty: [], edges: Array.from(value, (item, at) => edge(String(at), item)) };
  if (types.isSet(value))
    return { kind: "Set", empty: new Set(), edges: Array.from(value, (item, at) => edge(String(at), item)) };
  if (!types.isMap(value)) return undefined;
  const edges = Array.from(value).flatMap(([key, held], at) => [edge(`key ${at}`, key), edge(`value ${at}`, held)]);
  return { kind: "Map", empty: new Map(), edges };
}

const edge = (name: string, value: unknown): Edge => ({ name, value });
