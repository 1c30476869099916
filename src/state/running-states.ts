import { nameClass, type StateFields, StateOf } from "./state-of.js";

type RunningType = "Running" | "Cancelling";

/** The class behind Running and Cancelling; `Running` is how others see it. */
export class RunningState<T, Type extends RunningType> extends StateOf<T, Type> {
  static {
    nameClass(RunningState, "Running");
  }
  constructor(fields: StateFields<T> = {}, type: Type = "Running" as Type) {
    super(type, fields);
    Object.freeze(this);
  }
}

/** How others see the class: `new` gives exactly this type, `instanceof` those that extend it too. */
export interface RunningClass {
  new <T = unknown>(fields?: StateFields<T>): Running<T>;
  readonly prototype: RunningState<unknown, RunningType>;
}
/** At work. */
export type Running<T = unknown> = RunningState<T, "Running">;
/** At work. */
export const Running: RunningClass = RunningState;

/** At work, and told to stop. */
export class Cancelling<T = unknown> extends RunningState<T, "Cancelling"> {
  constructor(fields: StateFields<T> = {}) {
    super(fields, "Cancelling");
  }
}
