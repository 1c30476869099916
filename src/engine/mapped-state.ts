import { Result } from "../result/result.js";
import { Mapped, Paused, Pending, type State } from "../state/states.js";

/** The state of a map: Mapped once all its children have finished, whatever they ended in. */
export function mappedState(children: readonly State[]): State {
  const waiting = children.filter((child) => !child.isFinished());
  if (waiting.length > 0) {
    const message = `${waiting.length} of ${children.length} children have not finished.`;
    const isPaused = waiting.some((child) => child.type === "Paused");
    return isPaused ? new Paused({ message }) : new Pending<unknown>({ message });
  }
  const unread = children.some((child) => child._result.serialized);
  const result = unread ? undefined : { result: new Result({ value: children.map((child) => child.result) }) };
  return new Mapped({ mapStates: children, ...result });
}
