import type { Json } from "../../contracts/json.js";
import { Flow } from "../../flow/flow.js";
import { contentHash } from "../../result/content-hash.js";
import { ValueSerializer } from "../../result/value-serializer.js";
import { type SourceNote, sourceNoteOf } from "../../source/source-note.js";
import { Parameter } from "../../task/parameter.js";
import { TaskCall } from "../../task/task-call.js";
import { shortValue } from "./short-value.js";

/** Fingerprint of a function's source and all it refers to. */
export interface SourceKey {
  /** Null when it could not be computed. */
  readonly key: string | null;
  /** What the key cannot see, in words: no result is taken from the cache then. */
  readonly problem: string | null;
  /** "own text" where no transformation kept notes: what the function refers to is not covered. */
  readonly covers: "all it refers to" | "own text";
  /** What the function refers to, by name, so that a change can be named. */
  readonly parts: SourceParts;
}

/** Name → "#" and a short hash of a function's own text, "=" and a value that is short, "~" and a hash of another. */
export type SourceParts = { readonly [name: string]: string };

const MOST_PARTS = 32;

const values = new ValueSerializer();
/**
 * Objects count as they were when they were first seen: it is their source that is meant, and a list that a
 * task adds to has not changed its source. A cell that runs again makes a new object.
 */
const firstSeen = new WeakMap<object, Json>();

/** The key of a task's source: functions recursively, constants by value, imports by name. */
export function sourceKeyOf(fn: (...args: never[]) => unknown): SourceKey {
  const problems: string[] = [];
  const parts: { [name: string]: string } = {};
  try {
    const described = describeFunction(fn, { seen: new Map(), problems, parts });
    return {
      key: contentHash(JSON.stringify(described)),
      problem: problems[0] ?? null,
      covers: sourceNoteOf(fn) ? "all it refers to" : "own text",
      parts,
    };
  } catch (thrown) {
    return { key: null, problem: (thrown as Error).message, covers: "own text", parts };
  }
}

interface Visit {
  /** Functions and objects under way or done, by their number: a cycle ends at one of them. */
  readonly seen: Map<object, number>;
  readonly problems: string[];
  readonly parts: { [name: string]: string };
}

/** @param name by which something refers to it; undefined for the task's own function. */
function describeFunction(fn: object, visit: Visit, name?: string): Json {
  const known = visit.seen.get(fn);
  if (known !== undefined) return ["again", known];
  visit.seen.set(fn, visit.seen.size);
  const inner = (fn as { fn?: unknown }).fn; // a task stands for its function
  if (typeof inner === "function") return ["task", (fn as { name: string }).name, describeFunction(inner, visit, name)];
  const note = sourceNoteOf(fn);
  if (name !== undefined)
    notePart(visit, name, () => `#${shortHash(note?.text ?? Function.prototype.toString.call(fn))}`);
  if (!note) return ["text", Function.prototype.toString.call(fn)];
  const references = Object.entries(referencesOf(note, visit))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]): Json => [name, describeValue(name, value, visit)]);
  const imports = Object.entries(note.imports).sort(([a], [b]) => (a < b ? -1 : 1));
  return ["note", note.text, references, imports];
}

function referencesOf(note: SourceNote, visit: Visit): { readonly [name: string]: unknown } {
  try {
    return note.references();
  } catch (thrown) {
    visit.problems.push(`what it refers to is not defined yet: ${(thrown as Error).message}`);
    return {};
  }
}

/** The first few by their names; of two that share one, the first. */
function notePart({ parts }: Visit, name: string, text: () => string): void {
  if (Object.keys(parts).length < MOST_PARTS && !Object.hasOwn(parts, name)) parts[name] = text();
}

const shortHash = (text: string): string => contentHash(text).slice(0, 10);

function describeValue(name: string, value: unknown, visit: Visit): Json {
  const described = describeAny(name, value, visit);
  if (typeof value !== "function")
    notePart(visit, name, () =>
      typeof value === "object" ? `~${shortHash(JSON.stringify(described))}` : `=${shortValue(value)}`,
    );
  return described;
}

function describeAny(name: string, value: unknown, visit: Visit): Json {
  if (typeof value === "function") return describeFunction(value, visit, name);
  if (value instanceof TaskCall || value instanceof Parameter || value instanceof Flow)
    return [value.constructor.name, value.name];
  if (typeof value !== "object" || value === null) return describePlain(name, value, visit);
  const known = firstSeen.get(value);
  if (known !== undefined) return known;
  const problems = visit.problems.length;
  const described = describePlain(name, value, visit);
  if (visit.problems.length === problems) firstSeen.set(value, described); // else it is a problem each time it is seen
  return described;
}

function describePlain(name: string, value: unknown, visit: Visit): Json {
  try {
    return ["value", contentHash(JSON.stringify(values.serialize(value)))];
  } catch (thrown) {
    visit.problems.push(`"${name}" cannot be compared: ${(thrown as Error).message}`);
    return ["kind", typeof value === "object" ? (value?.constructor?.name ?? "object") : typeof value];
  }
}
