import type { StateType } from "../contracts/records.js";
import {
  Cached,
  Cancelled,
  Crashed,
  Failed,
  Looped,
  Skipped,
  Success,
  SuccessState,
  TimedOut,
  TriggerFailed,
  ValidationFailed,
} from "./finished-states.js";
import { Paused, Pending, Resume, Retrying, Scheduled } from "./pending-states.js";
import { Cancelling, Running } from "./running-states.js";
import { type StateFields, StateOf } from "./state-of.js";

/** Where a task or a flow stands; `switch (state.type)` narrows it to its class. */
export type State<T = unknown> =
  | Pending<T>
  | Scheduled<T>
  | Retrying<T>
  | Paused<T>
  | Resume<T>
  | Submitted<T>
  | Queued<T>
  | Running<T>
  | Cancelling<T>
  | Success<T>
  | Cached<T>
  | Mapped<T>
  | Skipped<T>
  | Looped<T>
  | Failed<T>
  | TimedOut<T>
  | TriggerFailed<T>
  | ValidationFailed<T>
  | Crashed<T>
  | Cancelled<T>;

/** How others see what all states extend: it cannot be made, only asked for. */
export interface StateClass {
  [Symbol.hasInstance](value: unknown): value is State;
  readonly prototype: State;
}
/** What all states extend: for `instanceof`. */
export const State: StateClass = StateOf as unknown as StateClass;

export interface MetaFields<T = unknown> extends StateFields<T> {
  /** The state inside; of another meta state, the one inside that. */
  readonly state: State<T>;
}

abstract class Meta<T, Type extends "Submitted" | "Queued"> extends StateOf<T, Type> {
  /** The state inside, which is no meta state. */
  readonly state: Exclude<State<T>, Submitted<T> | Queued<T>>;

  constructor(fields: MetaFields<T>, type: Type) {
    super(type, fields);
    this.state = unwrapped(fields.state);
    Object.freeze(this);
  }

  override fields(): MetaFields<T> {
    return { ...super.fields(), state: this.state };
  }
}

/** Handed to an executor, which has not begun it. */
export class Submitted<T = unknown> extends Meta<T, "Submitted"> {
  constructor(fields: MetaFields<T>) {
    super(fields, "Submitted");
  }
}

/** Waits for its turn. */
export class Queued<T = unknown> extends Meta<T, "Queued"> {
  constructor(fields: MetaFields<T>) {
    super(fields, "Queued");
  }
}

/** The state itself, or the one that a meta state wraps. */
export function unwrapped<T>(state: State<T>): Exclude<State<T>, Submitted<T> | Queued<T>> {
  return state.type === "Submitted" || state.type === "Queued" ? state.state : state;
}

export interface MappedFields<T = unknown> extends StateFields<T> {
  /** One state per item, in the order of the items. @default [] */
  readonly mapStates?: readonly State[];
  /** How many there are, where the states themselves are not at hand. @default mapStates.length */
  readonly nMapStates?: number;
}

/** Spread into one child per item. */
export class Mapped<T = unknown> extends SuccessState<T, "Mapped"> {
  /** One state per item, in the order of the items. */
  readonly mapStates: readonly State[];
  /** How many children there are. */
  readonly nMapStates: number;

  constructor(fields: MappedFields<T> = {}) {
    super(fields, "Mapped");
    this.mapStates = Object.freeze([...(fields.mapStates ?? [])]);
    this.nMapStates = this.mapStates.length || (fields.nMapStates ?? 0);
    Object.freeze(this);
  }

  /** This state with its own result and those of its children read. */
  override async load(): Promise<this> {
    const own = await super.load();
    const mapStates = await Promise.all(this.mapStates.map((state) => state.load()));
    return mapStates.every((state, index) => state === this.mapStates[index]) ? own : own.changed({ mapStates });
  }

  override fields(): MappedFields<T> {
    return { ...super.fields(), mapStates: this.mapStates, nMapStates: this.nMapStates };
  }
}

/** The class of each state type. */
export const STATE_CLASSES = {
  Pending,
  Scheduled,
  Retrying,
  Paused,
  Resume,
  Submitted,
  Queued,
  Running,
  Cancelling,
  Success,
  Cached,
  Mapped,
  Skipped,
  Looped,
  Failed,
  TimedOut,
  TriggerFailed,
  ValidationFailed,
  Crashed,
  Cancelled,
} as const satisfies { readonly [T in StateType]: unknown };

export {
  Cached,
  Cancelled,
  Cancelling,
  Crashed,
  Failed,
  Looped,
  Paused,
  Pending,
  Resume,
  Retrying,
  Running,
  Scheduled,
  Skipped,
  Success,
  TimedOut,
  TriggerFailed,
  ValidationFailed,
};
