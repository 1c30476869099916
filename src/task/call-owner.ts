import type { CallOwner, TaskCall } from "./task-call.js";

let building: CallOwner | undefined;
let gates: readonly TaskCall[] = [];
let ambient: (() => CallOwner) | undefined;

/** The owner of a call that is made now. */
export function currentOwner(): CallOwner {
  const owner = building ?? ambient?.();
  if (!owner) throw new Error("Cannot call a task: no flow is being built, and the engine is not loaded");
  return owner;
}

/** Calls made while `body` runs belong to `owner`. Bodies are synchronous, so no other code sees it. */
export function insideOwner<T>(owner: CallOwner, body: () => T): T {
  const outer = building;
  building = owner;
  try {
    return body();
  } finally {
    building = outer;
  }
}

/** Calls made while `body` runs wait for `gate`: they are skipped when it is. */
export function behindGate<T>(gate: TaskCall, body: () => T): T {
  const outer = gates;
  gates = [...outer, gate];
  try {
    return body();
  } finally {
    gates = outer;
  }
}

/** What a call that is made now waits for, besides its arguments. */
export const gatesOfNow = (): readonly TaskCall[] => gates;

/** Says whose calls are that stand outside every flow. The engine, a floor above, does so when it is loaded. */
export function setAmbientOwner(ownerOfNow: () => CallOwner): void {
  ambient = ownerOfNow;
}
