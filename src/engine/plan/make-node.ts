import type { State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { TaskCall } from "../../task/task-call.js";
import type { SourceKey } from "../resume/source-key.js";
import { type CallNode, newExecution } from "../task/task-execution.js";
import { planOf } from "./map-plan.js";

/** What a call begins a run with. */
export interface NodeFields {
  /** Of its task run. */
  readonly id: string;
  /** As an earlier attempt left it. */
  readonly previous: RememberedTask | undefined;
  readonly source: SourceKey;
  /** The state that the run was given for it. */
  readonly given: State | undefined;
  /** The state of whatever was given none. */
  readonly pending: State;
}

/** The node of a call. Of a given Mapped the finished children are kept and the others run. */
export function makeNode(call: TaskCall, { id, previous, source, given: of, pending }: NodeFields): CallNode {
  // A map is made of its children: one result for all of them says nothing of what each was made from.
  const given = of?.type === "Cached" && call.mapped ? undefined : of;
  const children = call.mapped && given?.type === "Mapped" ? given.mapStates : [];
  const isWhole = children.every((child) => child.isFinished());
  const node: { -readonly [K in keyof CallNode]: CallNode[K] } = {
    call,
    source,
    plan: planOf(call),
    execution: undefined as never, // it refers to its node
    givenChildren: isWhole ? null : children,
    children: null,
    waiting: 0,
    done: false,
    waitingChildren: 0,
    downstream: [],
    oneToOne: [],
  };
  const state = (isWhole && given) || pending;
  const { inputs, upstream } = call;
  node.execution = newExecution({ node, call, mapIndex: null, id, previous, inputs, upstream, state });
  return node;
}
