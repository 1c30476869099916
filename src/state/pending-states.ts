import { epochOf, type StateFields, StateOf } from "./state-of.js";

/** Types of the states that extend Scheduled, itself included. */
export type ScheduledType = "Scheduled" | "Retrying" | "Paused" | "Resume";

/** Not begun: waits for what comes before it. */
export class Pending<T = unknown, Type extends "Pending" | ScheduledType = "Pending"> extends StateOf<T, Type> {
  constructor(fields: StateFields<T> = {}, type: Type = "Pending" as Type) {
    super(type, fields);
    if (new.target === Pending) Object.freeze(this);
  }
}

/** Only a Paused state may have none: it waits until it is resumed. */
export type StartTime<Type extends ScheduledType> = Type extends "Paused" ? Date | null : Date;

export interface ScheduledFields<T = unknown, Type extends ScheduledType = "Scheduled"> extends StateFields<T> {
  /** @default now; null on Paused */
  readonly startTime?: StartTime<Type>;
}

/** To begin at a given time. */
export class Scheduled<T = unknown, Type extends ScheduledType = "Scheduled"> extends Pending<T, Type> {
  readonly #startTime: number | null;

  constructor(fields: ScheduledFields<T, Type> = {}, type: Type = "Scheduled" as Type) {
    super(fields, type);
    const { startTime = type === "Paused" ? null : new Date() } = fields as { startTime?: Date | null };
    this.#startTime = startTime === null ? null : epochOf(startTime, "startTime");
    if (new.target === Scheduled) Object.freeze(this);
  }

  get startTime(): StartTime<Type> {
    return (this.#startTime === null ? null : new Date(this.#startTime)) as StartTime<Type>;
  }

  override fields(): ScheduledFields<T, Type> {
    return { ...super.fields(), startTime: this.startTime };
  }
}

export interface RetryingFields<T = unknown> extends ScheduledFields<T, "Retrying"> {
  /** Attempts made so far. @default 1 */
  readonly runCount?: number;
}

/** Failed, and to begin again at a given time. */
export class Retrying<T = unknown> extends Scheduled<T, "Retrying"> {
  /** Attempts made so far. */
  readonly runCount: number;

  constructor(fields: RetryingFields<T> = {}) {
    super(fields, "Retrying");
    this.runCount = fields.runCount ?? 1;
    Object.freeze(this);
  }

  override fields(): RetryingFields<T> {
    return { ...super.fields(), runCount: this.runCount };
  }
}

/** Held back until somebody resumes it, or until its start time where it has one. */
export class Paused<T = unknown> extends Scheduled<T, "Paused"> {
  constructor(fields: ScheduledFields<T, "Paused"> = {}) {
    super(fields, "Paused");
    Object.freeze(this);
  }
}

/** Told to go on after a pause. */
export class Resume<T = unknown> extends Scheduled<T, "Resume"> {
  constructor(fields: ScheduledFields<T, "Resume"> = {}) {
    super(fields, "Resume");
    Object.freeze(this);
  }
}
