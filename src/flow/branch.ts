import { behindGate } from "../task/call-owner.js";
import type { Input } from "../task/input.js";
import { signals } from "../task/signals.js";
import { task } from "../task/task.js";
import type { TaskCall } from "../task/task-call.js";
import { type Trigger, triggers } from "../task/triggers.js";

const gate = task("when", (condition: boolean): true => {
  if (condition) return true;
  throw signals.skip("Its condition does not hold.");
});

/** Skipped where no branch was taken: nothing is wrong then. */
const someBranch: Trigger = (upstream) => {
  if (upstream.length > 0 && upstream.every((state) => state.isSkipped())) throw signals.skip("No branch was taken.");
  return triggers.allSuccessful(upstream);
};

const first = task("merge", (...branches: unknown[]): unknown => branches.find((value) => value !== undefined), {
  skipOnUpstreamSkip: false,
  trigger: Object.defineProperty(someBranch, "name", { value: "allSuccessful" }),
});

/** A branch: the calls that `body` makes are skipped unless the condition holds. */
export function when<C>(condition: Input<boolean>, body: () => C): C {
  return behindGate(gate(condition), body);
}

/** Joins branches: what the first gives that was taken and gave something. */
export function merge<R>(...branches: readonly TaskCall<R>[]): TaskCall<R> {
  return first(...branches) as TaskCall<R>;
}
