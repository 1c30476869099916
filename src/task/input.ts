import type { StoredBytes } from "../result/stored-bytes.js";
import type { Parameter } from "./parameter.js";
import type { TaskCall } from "./task-call.js";

/** What may stand where a task takes an A: the value, a call or a parameter that gives it, also nested. */
export type Input<A> = A | TaskCall<A> | Parameter<A> | Nested<A>;

/** Plain objects and arrays may hold calls at any depth; other objects are taken as they are. */
type Nested<A> = A extends Opaque ? never : A extends object ? { [K in keyof A]: Input<A[K]> } : never;

type Opaque =
  | ((...args: never[]) => unknown)
  | Date
  | RegExp
  | Error
  | URL
  | ReadonlyMap<unknown, unknown>
  | ReadonlySet<unknown>
  | ArrayBuffer
  | ArrayBufferView
  | StoredBytes
  | PromiseLike<unknown>;

export type Inputs<A extends readonly unknown[]> = { [K in keyof A]: Input<A[K]> };

/** One argument of `map`: a list with an item for each child, or `unmapped` for all of them. */
export type MapInput<A> =
  | TaskCall<readonly A[]>
  | Parameter<readonly A[]>
  | readonly Input<A>[]
  | Flattened<A>
  | Unmapped<Input<A>>;

export type MapInputs<A extends readonly unknown[]> = { [K in keyof A]: MapInput<A[K]> };

/** Marks a value that every child of a map gets whole. */
export class Unmapped<out T = unknown> {
  constructor(
    /** What each child gets. */
    readonly value: T,
  ) {}
}

/** Gives every child of a map this value whole: `extract.map(urls, unmapped(limit))`. */
export const unmapped = <T>(value: T): Unmapped<T> => new Unmapped(value);

/** Marks a list of lists that is mapped item by item, one level down. */
export class Flattened<out T = unknown> {
  /** Carries the type of an item; never there at run time. */
  declare readonly produces: T;
  constructor(
    /** The list of lists, or the call that gives it. */
    readonly value: unknown,
  ) {}
}

type Lists<T> = readonly (readonly T[])[];

/** Maps over the items of a list of lists: `load.map(flatten(pages))`. */
export const flatten = <T>(
  value: TaskCall<Lists<T>> | Parameter<Lists<T>> | readonly Input<readonly T[]>[],
): Flattened<T> => new Flattened(value);
