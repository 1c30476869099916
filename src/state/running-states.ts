import { type StateFields, StateOf } from "./state-of.js";

/** At work. */
export class Running<T = unknown, Type extends "Running" | "Cancelling" = "Running"> extends StateOf<T, Type> {
  constructor(fields: StateFields<T> = {}, type: Type = "Running" as Type) {
    super(type, fields);
    Object.freeze(this);
  }
}

/** At work, and told to stop. */
export class Cancelling<T = unknown> extends Running<T, "Cancelling"> {
  constructor(fields: StateFields<T> = {}) {
    super(fields, "Cancelling");
  }
}
