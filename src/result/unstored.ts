import { inspect } from "node:util";
import { text, type ValueKind } from "./value-kind.js";

/** Stands in a stored error for a part of it that could not be stored. */
export class Unstored {
  constructor(
    /** Way from the result to the part: `result.config.retry`. */
    readonly path: string,
    /** What it was: "function", "instance of Socket". */
    readonly kind: string,
    /** How it looked. */
    readonly preview: string,
  ) {}

  toString(): string {
    return `[not stored: ${this.path}: ${this.kind}]`;
  }
  [inspect.custom](): string {
    return this.toString();
  }
}

/** Payload `[path, kind, preview]`. */
export const unstoredKind: ValueKind<Unstored> = {
  name: "Unstored",
  prototype: Unstored.prototype,
  encode: ({ path, kind, preview }) => [path, kind, preview],
  create: ([path, kind, preview]) => new Unstored(text(path), text(kind), text(preview)),
};
