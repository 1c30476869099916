import type { Json } from "../../contracts/json.js";
import type { Viewer } from "../../source/function-view.js";

/** What a function or object is, and what it leads to: one step of the walk that makes a source key. */
export interface Shape {
  /** Of its own text or kind. Equal labels and equal edges, equal code. */
  readonly label: Json;
  readonly edges: readonly Edge[];
  /** What cannot be seen of it, in words. */
  readonly problem: string | null;
  /** True in an installed package, whose own state is no part of the source. */
  readonly isInstalled: boolean;
}

/** Something that a function or object carries or refers to, by a name that people know. */
export interface Edge {
  readonly name: string;
  readonly value: unknown;
}

/** Stands where an edge's value is described already: an import of a package, by its name and version. */
export class Described {
  constructor(readonly json: Json) {}
}
/** Stands where a value could not be read. */
export class Unseen {
  constructor(readonly reason: string) {}
}

/** What the walk of one source key shares. */
export interface ShapeTools {
  readonly viewer: Viewer;
  /** Variables at the top of a script, as they are now, by its id. */
  readonly tops: Map<string, { readonly [name: string]: unknown }>;
}

export const shapeOf = (label: Json, fields: Partial<Shape> = {}): Shape => ({
  label,
  edges: [],
  problem: null,
  isInstalled: false,
  ...fields,
});

/** In the order of names, which is the same wherever they were written. */
export const byName = (edges: Iterable<Edge>): Edge[] =>
  [...edges].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

/** Reads a variable: one that is not defined yet, as in a cycle of modules, cannot be. */
export function readNow(read: () => unknown): unknown {
  try {
    return read();
  } catch (thrown) {
    return new Unseen(`it is not defined yet: ${(thrown as Error).message}`);
  }
}
