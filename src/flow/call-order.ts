import type { TaskCall } from "../task/task-call.js";

/**
 * Calls so that each stands behind what it waits for, otherwise in the order they were made. Linear in
 * calls and ties.
 * @throws {TypeError} naming the calls that wait for each other.
 */
export function orderCalls(flowName: string, calls: Iterable<TaskCall>): TaskCall[] {
  const ordered = new Set<TaskCall>();
  const open = new Set<TaskCall>();
  for (const root of calls) {
    // Depth first without recursion: a chain may be longer than the stack is deep.
    const path: { call: TaskCall; rest: Iterator<TaskCall> }[] = [];
    const enter = (call: TaskCall): void => {
      if (ordered.has(call)) return;
      if (open.has(call)) throw new TypeError(cycleMessage(flowName, call, [...open]));
      open.add(call);
      path.push({ call, rest: call.upstream.values() });
    };
    enter(root);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { value: upstream, done } = top.rest.next();
      if (!done) {
        enter(upstream);
        continue;
      }
      path.pop();
      open.delete(top.call);
      ordered.add(top.call);
    }
  }
  return [...ordered];
}

/** The calls that `targets` need, themselves included. */
export function neededCalls(targets: Iterable<TaskCall>): Set<TaskCall> {
  const needed = new Set<TaskCall>();
  const open = [...targets];
  for (let call = open.pop(); call; call = open.pop()) {
    if (needed.has(call)) continue;
    needed.add(call);
    open.push(...call.upstream);
  }
  return needed;
}

/** The calls that wait for `call`, however far, itself included. */
export function dependentCalls(call: TaskCall, all: Iterable<TaskCall>): Set<TaskCall> {
  const dependent = new Set([call]);
  for (const each of all) // in order, so that what an earlier one adds is seen by later ones
    for (const upstream of each.upstream) if (dependent.has(upstream)) dependent.add(each);
  return dependent;
}

function cycleMessage(flowName: string, again: TaskCall, open: readonly TaskCall[]): string {
  const ring = [again, ...open.slice(open.indexOf(again) + 1).toReversed(), again];
  const names = ring.map((call) => `"${call.name}"`).join(" → ");
  return `Cannot build flow "${flowName}": its calls wait for each other: ${names}`;
}
