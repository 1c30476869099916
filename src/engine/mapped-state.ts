import { Result } from "../result/result.js";
import { Mapped, Pending, type State } from "../state/states.js";

/** The state of a map: Mapped once all its children have finished, whatever they ended in. */
export function mappedState(children: readonly State[]): State {
  const waiting = children.filter((child) => !child.isFinished()).length;
  if (waiting > 0)
    return new Pending<unknown>({ message: `${waiting} of ${children.length} children have not finished.` });
  const unread = children.some((child) => child._result.serialized);
  const result = unread ? undefined : { result: new Result({ value: children.map((child) => child.result) }) };
  return new Mapped({ mapStates: children, ...result });
}
