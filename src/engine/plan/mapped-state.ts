import { Result } from "../../result/result.js";
import { ValueSerializer } from "../../result/value-serializer.js";
import { Mapped, Paused, Pending, type State } from "../../state/states.js";

const values = new ValueSerializer();
const childrenOf = new WeakMap<Result, readonly Result[]>();

/** The list of the children's values while some of those are in a store: they are read when the list is. */
class GatheredResult extends Result {
  constructor(children: readonly Result[]) {
    super({ value: { children: children.length }, serialized: true, serializer: values });
    childrenOf.set(this, children);
  }
  override async deserialize(): Promise<Result> {
    const read = await Promise.all(childrenOf.get(this)!.map((child) => child.deserialize()));
    return new Result({ value: read.map(({ value }) => value) });
  }
  override async serialize(): Promise<Result> {
    return (await this.deserialize()).serialize();
  }
}

/** The state of a map: Mapped once all its children have finished, whatever they ended in. */
export function mappedState(children: readonly State[]): State {
  const waiting = children.filter((child) => !child.isFinished());
  if (waiting.length > 0) {
    const message = `${waiting.length} of ${children.length} children have not finished.`;
    const isPaused = waiting.some((child) => child.type === "Paused");
    return isPaused ? new Paused({ message }) : new Pending<unknown>({ message });
  }
  const results = children.map((child) => child._result);
  const unread = results.some((result) => result.serialized);
  const result: Result = unread
    ? new GatheredResult(results)
    : new Result({ value: children.map((child) => child.result) });
  return new Mapped({ mapStates: children, result });
}
