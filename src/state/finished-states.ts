import type { Json } from "../contracts/json.js";
import { epochOf, nameClass, type StateFields, StateOf } from "./state-of.js";

type SuccessType = "Success" | "Cached" | "Mapped" | "Skipped";
type FailedType = "Failed" | "TimedOut" | "TriggerFailed" | "ValidationFailed" | "Crashed";
type FinishedType = SuccessType | FailedType | "Looped" | "Cancelled";

/** Over, one way or another. */
export abstract class Finished<T, Type extends FinishedType> extends StateOf<T, Type> {}

/** The class behind Success and what extends it; `Success` is how others see it. */
export class SuccessState<T, Type extends SuccessType> extends Finished<T, Type> {
  static {
    nameClass(SuccessState, "Success");
  }
  constructor(fields: StateFields<T> = {}, type: Type = "Success" as Type) {
    super(type, fields);
    if (new.target === SuccessState) Object.freeze(this);
  }
}
/** How others see the class: `new` gives exactly this type, `instanceof` those that extend it too. */
export interface SuccessClass {
  new <T = unknown>(fields?: StateFields<T>): Success<T>;
  readonly prototype: SuccessState<unknown, SuccessType>;
}
/** Did what it should; its result is what it produced. */
export type Success<T = unknown> = SuccessState<T, "Success">;
/** Did what it should; its result is what it produced. */
export const Success: SuccessClass = SuccessState;

export interface CachedFields<T = unknown> extends StateFields<T> {
  /** When the result is too old to be taken; null for never. @default null */
  readonly cachedResultExpiration?: Date | null;
  /** The flow's parameters when the result was made. @default null */
  readonly cachedParameters?: { readonly [name: string]: Json } | null;
  /** Content hash of each input the result was made from. @default null */
  readonly hashedInputs?: { readonly [input: string]: string } | null;
}

/** Has a result that an earlier run made. */
export class Cached<T = unknown> extends SuccessState<T, "Cached"> {
  /** The flow's parameters when the result was made; null where they are not known. */
  readonly cachedParameters: { readonly [name: string]: Json } | null;
  /** Content hash of each input the result was made from; null where they are not known. */
  readonly hashedInputs: { readonly [input: string]: string } | null;
  readonly #expiration: number | null;

  constructor(fields: CachedFields<T> = {}) {
    super(fields, "Cached");
    this.cachedParameters = fields.cachedParameters ? Object.freeze({ ...fields.cachedParameters }) : null;
    this.hashedInputs = fields.hashedInputs ? Object.freeze({ ...fields.hashedInputs }) : null;
    this.#expiration = fields.cachedResultExpiration
      ? epochOf(fields.cachedResultExpiration, "cachedResultExpiration")
      : null;
    Object.freeze(this);
  }

  /** When the result is too old to be taken; null for never. */
  get cachedResultExpiration(): Date | null {
    return this.#expiration === null ? null : new Date(this.#expiration);
  }

  override fields(): CachedFields<T> {
    const { cachedParameters, hashedInputs, cachedResultExpiration } = this;
    return { ...super.fields(), cachedParameters, hashedInputs, cachedResultExpiration };
  }
}

/** There was no need to do it. */
export class Skipped<T = unknown> extends SuccessState<T, "Skipped"> {
  constructor(fields: StateFields<T> = {}) {
    super(fields, "Skipped");
    Object.freeze(this);
  }
}

export interface LoopedFields<T = unknown> extends StateFields<T> {
  /** Rounds made so far. @default 1 */
  readonly loopCount?: number;
}

/** One round of a loop is over; its result goes into the next. */
export class Looped<T = unknown> extends Finished<T, "Looped"> {
  /** Rounds made so far. */
  readonly loopCount: number;

  constructor(fields: LoopedFields<T> = {}) {
    super("Looped", fields);
    this.loopCount = fields.loopCount ?? 1;
    Object.freeze(this);
  }

  override fields(): LoopedFields<T> {
    return { ...super.fields(), loopCount: this.loopCount };
  }
}

/** The class behind Failed and what extends it; `Failed` is how others see it. */
export class FailedState<T, Type extends FailedType> extends Finished<T, Type> {
  static {
    nameClass(FailedState, "Failed");
  }
  constructor(fields: StateFields<T> = {}, type: Type = "Failed" as Type) {
    super(type, fields);
    Object.freeze(this);
  }

  /** What went wrong, as an Error whatever the task threw. @throws {UnreadResultError} while it is still stored. */
  get error(): Error {
    const result: unknown = this.result;
    if (result instanceof Error) return result;
    return new Error(
      this.message ?? "It failed without an error.",
      result === undefined ? undefined : { cause: result },
    );
  }
}
/** How others see the class: `new` gives exactly this type, `instanceof` those that extend it too. */
export interface FailedClass {
  new <T = unknown>(fields?: StateFields<T>): Failed<T>;
  readonly prototype: FailedState<unknown, FailedType>;
}
/** Went wrong; its result is the error. */
export type Failed<T = unknown> = FailedState<T, "Failed">;
/** Went wrong; its result is the error. */
export const Failed: FailedClass = FailedState;

/** Took longer than it may. */
export class TimedOut<T = unknown> extends FailedState<T, "TimedOut"> {
  constructor(fields: StateFields<T> = {}) {
    super(fields, "TimedOut");
  }
}

/** What came before it did not end as its trigger asks. */
export class TriggerFailed<T = unknown> extends FailedState<T, "TriggerFailed"> {
  constructor(fields: StateFields<T> = {}) {
    super(fields, "TriggerFailed");
  }
}

/** Its result is not what it should be. */
export class ValidationFailed<T = unknown> extends FailedState<T, "ValidationFailed"> {
  constructor(fields: StateFields<T> = {}) {
    super(fields, "ValidationFailed");
  }
}

/** The process died or was interrupted while it was Running. */
export class Crashed<T = unknown> extends FailedState<T, "Crashed"> {
  constructor(fields: StateFields<T> = {}) {
    super(fields, "Crashed");
  }
}

/** Stopped on request. */
export class Cancelled<T = unknown> extends Finished<T, "Cancelled"> {
  constructor(fields: StateFields<T> = {}) {
    super("Cancelled", fields);
    Object.freeze(this);
  }
}
