import type { TaskCall } from "../../task/task-call.js";

/** What a mapped call waits for as a whole, and what its children wait for one by one. */
export interface MapPlan {
  /** Mapped calls whose children it takes one to one: child i waits for their child i alone. */
  readonly oneToOne: ReadonlySet<TaskCall>;
  /** Calls that are items, or in items, of a list it goes over: only that item's child waits for them. */
  readonly items: ReadonlySet<TaskCall>;
  /** Calls that every child needs, or that say how many children there are. */
  readonly whole: ReadonlySet<TaskCall>;
}

const NONE: ReadonlySet<TaskCall> = new Set();

/** A call that is taken in two ways is waited for as a whole. */
export function planOf({ inputs, upstream, mapped }: TaskCall): MapPlan {
  if (!mapped) return { oneToOne: NONE, items: NONE, whole: upstream };
  const oneToOne = new Set<TaskCall>();
  const items = new Set<TaskCall>();
  const others = new Set<TaskCall>();
  for (const { mode, template, calls } of inputs) {
    const isLine = mode === "each" && template.kind === "call" && template.call.mapped;
    const found = isLine ? oneToOne : mode === "each" && template.kind === "list" ? items : others;
    for (const call of calls) found.add(call);
  }
  for (const call of oneToOne) {
    if (!items.has(call) && !others.has(call)) continue;
    oneToOne.delete(call);
    others.add(call);
  }
  for (const call of items) if (others.has(call)) items.delete(call);
  return { oneToOne, items, whole: new Set([...upstream].filter((call) => !oneToOne.has(call) && !items.has(call))) };
}
