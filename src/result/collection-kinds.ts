import { inspect } from "node:util";
import type { Json } from "../contracts/json.js";
import { list, text, UnfitValue, type ValueKind } from "./value-kind.js";

/** Payload `[key, slot, key, slot, …]`. */
export const bareObjectKind: ValueKind<object> = {
  name: "Object",
  prototype: null,
  encode(object, write) {
    const entries = Object.entries(object);
    if (Reflect.ownKeys(object).length !== entries.length) throw new UnfitValue("object with hidden or symbol keys");
    return entries.flatMap(([key, value]) => [key, write(value, key)]);
  },
  create: () => Object.create(null) as object,
  fill(object, payload, read) {
    const parts = object as { [key: string]: unknown };
    for (let at = 0; at < payload.length; at += 2) parts[text(payload[at])] = read(payload[at + 1]);
  },
};

/** Payload `[[slot, slot, …]]`: keys and values in turn. */
export const mapKind: ValueKind<Map<unknown, unknown>> = {
  name: "Map",
  prototype: Map.prototype,
  encode(map, write) {
    refuseProperties(map);
    const slots: Json[] = [];
    for (const [key, value] of map)
      slots.push(
        write(key, { label: () => `.key(${showKey(key)})` }),
        write(value, { label: () => `.get(${showKey(key)})` }),
      );
    return [slots];
  },
  create: () => new Map(),
  fill(map, payload, read) {
    const slots = list(payload[0]);
    for (let at = 0; at < slots.length; at += 2) map.set(read(slots[at]), read(slots[at + 1]));
  },
};

/** Payload `[[slot, …]]`. */
export const setKind: ValueKind<Set<unknown>> = {
  name: "Set",
  prototype: Set.prototype,
  encode(set, write) {
    refuseProperties(set);
    return [Array.from(set, (item) => write(item, { label: () => `.item(${showKey(item)})` }))];
  },
  create: () => new Set(),
  fill(set, payload, read) {
    for (const slot of list(payload[0])) set.add(read(slot));
  },
};

/** @throws {UnfitValue} when somebody hung properties on an object whose kind has none. */
export function refuseProperties(object: object): void {
  if (Reflect.ownKeys(object).length > 0) throw new UnfitValue(`${object.constructor.name} with properties of its own`);
}

const showKey = (key: unknown): string =>
  typeof key === "string" ? JSON.stringify(key) : inspect(key, { depth: 0, breakLength: Number.POSITIVE_INFINITY });
