import { arrayKind } from "./array-kind.js";
import { binaryKinds } from "./binary-kinds.js";
import { bareObjectKind, mapKind, setKind } from "./collection-kinds.js";
import { domExceptionKind, errorKind } from "./error-kind.js";
import { dateKind, regExpKind, secretKind, urlKind } from "./plain-kinds.js";
import { unstoredKind } from "./unstored.js";
import type { ValueKind } from "./value-kind.js";

const KINDS: readonly ValueKind<object>[] = [
  arrayKind,
  bareObjectKind,
  mapKind,
  setKind,
  dateKind,
  regExpKind,
  urlKind,
  secretKind,
  errorKind,
  domExceptionKind,
  unstoredKind,
  ...binaryKinds,
];
const BY_PROTOTYPE = new Map<object | null, ValueKind<object>>(KINDS.map((kind) => [kind.prototype, kind]));
const BY_NAME = new Map<unknown, ValueKind<object>>(KINDS.map((kind) => [kind.name, kind]));

/** How an object with this prototype is stored; undefined for plain objects, subclasses and strangers. */
export const kindOf = (prototype: object | null): ValueKind<object> | undefined => BY_PROTOTYPE.get(prototype);

/** The kind that a stored node names. */
export const kindNamed = (name: unknown): ValueKind<object> | undefined => BY_NAME.get(name);
