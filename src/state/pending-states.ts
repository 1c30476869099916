import { epochOf, nameClass, type StateFields, StateOf } from "./state-of.js";

/** Types of the states that extend Scheduled, itself included. */
export type ScheduledType = "Scheduled" | "Retrying" | "Paused" | "Resume";

type PendingType = "Pending" | ScheduledType;

/** The class behind Pending and what extends it; `Pending` is how others see it. */
export class PendingState<T, Type extends PendingType> extends StateOf<T, Type> {
  static {
    nameClass(PendingState, "Pending");
  }
  constructor(fields: StateFields<T> = {}, type: Type = "Pending" as Type) {
    super(type, fields);
    if (new.target === PendingState) Object.freeze(this);
  }
}
/** How others see the class: `new` gives exactly this type, `instanceof` those that extend it too. */
export interface PendingClass {
  new <T = unknown>(fields?: StateFields<T>): Pending<T>;
  readonly prototype: PendingState<unknown, PendingType>;
}
/** Not begun: waits for what comes before it. */
export type Pending<T = unknown> = PendingState<T, "Pending">;
/** Not begun: waits for what comes before it. */
export const Pending: PendingClass = PendingState;

/** Only a Paused state may have none: it waits until it is resumed. */
export type StartTime<Type extends ScheduledType> = Type extends "Paused" ? Date | null : Date;

export interface ScheduledFields<T = unknown, Type extends ScheduledType = "Scheduled"> extends StateFields<T> {
  /** @default now; null on Paused */
  readonly startTime?: StartTime<Type>;
}

/** The class behind Scheduled and what extends it; `Scheduled` is how others see it. */
export class ScheduledState<T, Type extends ScheduledType> extends PendingState<T, Type> {
  static {
    nameClass(ScheduledState, "Scheduled");
  }
  readonly #startTime: number | null;

  constructor(fields: ScheduledFields<T, Type> = {}, type: Type = "Scheduled" as Type) {
    super(fields, type);
    const { startTime = type === "Paused" ? null : new Date() } = fields as { startTime?: Date | null };
    this.#startTime = startTime === null ? null : epochOf(startTime, "startTime");
    if (new.target === ScheduledState) Object.freeze(this);
  }

  /** When it begins; null on Paused means: until somebody resumes it. */
  get startTime(): StartTime<Type> {
    return (this.#startTime === null ? null : new Date(this.#startTime)) as StartTime<Type>;
  }

  override fields(): ScheduledFields<T, Type> {
    return { ...super.fields(), startTime: this.startTime };
  }
}
/** How others see the class: `new` gives exactly this type, `instanceof` those that extend it too. */
export interface ScheduledClass {
  new <T = unknown>(fields?: ScheduledFields<T>): Scheduled<T>;
  readonly prototype: ScheduledState<unknown, ScheduledType>;
}
/** To begin at a given time. */
export type Scheduled<T = unknown> = ScheduledState<T, "Scheduled">;
/** To begin at a given time. */
export const Scheduled: ScheduledClass = ScheduledState;

export interface RetryingFields<T = unknown> extends ScheduledFields<T, "Retrying"> {
  /** Attempts made so far. @default 1 */
  readonly runCount?: number;
}

/** Failed, and to begin again at a given time. */
export class Retrying<T = unknown> extends ScheduledState<T, "Retrying"> {
  /** Attempts made so far. */
  readonly runCount: number;

  constructor(fields: RetryingFields<T> = {}) {
    super(fields, "Retrying");
    this.runCount = fields.runCount ?? 1;
    Object.freeze(this);
  }

  /** All that a state like this one is made of. */
  override fields(): RetryingFields<T> {
    return { ...super.fields(), runCount: this.runCount };
  }
}

/** Held back until somebody resumes it, or until its start time where it has one. */
export class Paused<T = unknown> extends ScheduledState<T, "Paused"> {
  constructor(fields: ScheduledFields<T, "Paused"> = {}) {
    super(fields, "Paused");
    Object.freeze(this);
  }
}

/** Told to go on after a pause. */
export class Resume<T = unknown> extends ScheduledState<T, "Resume"> {
  constructor(fields: ScheduledFields<T, "Resume"> = {}) {
    super(fields, "Resume");
    Object.freeze(this);
  }
}
