import type { Json } from "../../contracts/json.js";
import { contentHash } from "../../result/content-hash.js";
import { maskText } from "../../result/masking.js";
import { SecretText } from "../../result/secret-text.js";
import { viewer } from "../../source/function-view.js";
import { functionShape } from "./function-shape.js";
import { objectShape } from "./object-shape.js";
import { shortValue } from "./short-value.js";
import { Described, type Shape, type ShapeTools, Unseen } from "./source-shape.js";

/** Fingerprint of a function's source with all it refers to and all it carries. */
export interface SourceKey {
  /** Null when it could not be computed. */
  readonly key: string | null;
  /** What the key cannot see, in words: no result is taken from the cache then. */
  readonly problem: string | null;
  /** What the function refers to, by name, so that a change can be named. */
  readonly parts: SourceParts;
}

/** Name → "#" and a short hash of a function's own text, "=" and a value that is short, "~" and a hash of another. */
export type SourceParts = { readonly [name: string]: string };

const MOST_PARTS = 32;
/** More of them are no source that a person wrote, and walking them takes longer than calling most tasks. */
const MOST_NODES = 20_000;
const DEEPEST = 400;
/** Of installed packages the version counts; their functions are walked for what they carry, and not for long. */
const MOST_INSTALLED = 100;
const LONGEST_SCALAR = 100;

/** The key of a task's source: functions recursively, values by content, imports of packages by name and version. */
export function sourceKeyOf(fn: (...args: never[]) => unknown): SourceKey {
  const parts: { [name: string]: string } = {};
  try {
    const walk = new Walk({ viewer, tops: new Map() }, parts);
    const described = walk.describe("", fn, 0, false);
    return { key: contentHash(JSON.stringify(described)), problem: walk.problem, parts };
  } catch (thrown) {
    return { key: null, problem: (thrown as Error).message, parts };
  }
}

class Walk {
  problem: string | null = null;
  #installed = 0;
  /** Functions and objects under way or done, by their number: a cycle ends at one of them. */
  readonly #numbers = new Map<object, number>();

  constructor(
    private readonly tools: ShapeTools,
    private readonly parts: { [name: string]: string },
  ) {}

  /** @param name by which something refers to it; empty for the task's own function. */
  describe(name: string, value: unknown, depth: number, insidePackage: boolean): Json {
    if (value instanceof Described) return value.json;
    if (value instanceof Unseen) return this.#unseen(name, value.reason, insidePackage);
    if ((typeof value !== "object" && typeof value !== "function") || value === null) return this.#scalar(name, value);
    const number = this.#numbers.get(value);
    if (number !== undefined) return ["again", number];
    this.#numbers.set(value, this.#numbers.size);
    if (this.#numbers.size > MOST_NODES || depth > DEEPEST)
      throw new RangeError(`it carries more than ${MOST_NODES} functions and objects, or deeper than ${DEEPEST}`);
    const shape = typeof value === "function" ? functionShape(value, this.tools) : objectShape(value, this.tools);
    if (typeof value === "function") this.#note(name, () => `#${shortHash(shape.label)}`);
    const described = this.#described(name, shape, depth, insidePackage);
    if (typeof value !== "function") this.#note(name, () => `~${shortHash(described)}`);
    return described;
  }

  #described(name: string, shape: Shape, depth: number, insidePackage: boolean): Json {
    if (shape.isInstalled) this.#installed += 1;
    if (shape.problem !== null) this.#unseen(name, shape.problem, insidePackage);
    if (shape.isInstalled && this.#installed > MOST_INSTALLED) return shape.label;
    const edges = shape.edges.map((edge): Json => {
      const isInside = shape.isInstalled || (insidePackage && (shape.label as Json[])[0] !== "function");
      return [edge.name, this.describe(edge.name, edge.value, depth + 1, isInside)];
    });
    return [shape.label, ...edges];
  }

  /** What a package keeps for itself is covered by its version. */
  #unseen(name: string, reason: string, insidePackage: boolean): Json {
    if (!insidePackage) this.problem ??= `\`${name || "its function"}\` cannot be compared: ${reason}`;
    return ["unseen", reason];
  }

  #scalar(name: string, value: unknown): Json {
    const text = Object.is(value, -0) ? "-0" : String(value);
    if (typeof value === "string" && maskText(value) !== value) {
      const { hash } = new SecretText(name, value);
      this.#note(name, () => `~${hash.slice(0, 10)}`);
      return ["secret", hash];
    }
    this.#note(name, () => `=${shortValue(value)}`);
    return [value === null ? "null" : typeof value, text.length > LONGEST_SCALAR ? contentHash(text) : text];
  }

  /** The first few by their names; of two that share one, the first. */
  #note(name: string, text: () => string): void {
    if (name !== "" && Object.keys(this.parts).length < MOST_PARTS && !Object.hasOwn(this.parts, name))
      this.parts[name] = text();
  }
}

const shortHash = (described: Json): string => contentHash(JSON.stringify(described)).slice(0, 10);
