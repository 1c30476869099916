import type { State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { CallInput, TaskCall } from "../../task/task-call.js";
import type { Clock } from "../run/clock.js";
import {
  type CallNode,
  type CallNodes,
  executionName,
  newExecution,
  type TaskExecution,
} from "../task/task-execution.js";
import { oneToOneChild } from "./call-node.js";
import { type MapSetting, mapItems, refusal } from "./map-items.js";

/** What making children needs of the run. */
export interface ChildrenSetting extends Omit<MapSetting, "upstream"> {
  /** Task runs of the attempt before, by `executionName`. */
  readonly previous: ReadonlyMap<string, RememberedTask>;
  readonly clock: Clock;
  /** What a child begins in. */
  readonly pending: State;
}

/** The states that a map needs as a whole. A call whose children were never made counts among them. */
function wholeUpstream({ plan }: CallNode, nodes: CallNodes): Map<TaskCall, State> {
  const upstream = new Map<TaskCall, State>();
  for (const call of plan.whole) upstream.set(call, nodes.get(call)!.execution.state);
  for (const call of plan.oneToOne) {
    const { children, execution } = nodes.get(call)!;
    if (!children && execution.state.type !== "Mapped") upstream.set(call, execution.state);
  }
  return upstream;
}

/**
 * Makes the children of a mapped call. Gives the state in which the map ends without any; undefined: they are there.
 * @throws {TypeError} naming an input that is no list.
 */
export async function makeChildren(node: CallNode, setting: ChildrenSetting): Promise<State | undefined> {
  const { nodes, previous, clock, pending } = setting;
  const { call, givenChildren } = node;
  const upstream = wholeUpstream(node, nodes);
  const refused = refusal(call, upstream, clock.now);
  if (refused) return refused;
  const items = await mapItems(node, { ...setting, upstream });
  node.children = Array.from({ length: items.length }, (_, mapIndex) => {
    const left = previous.get(executionName(call.name, mapIndex));
    const inputs = items.inputsOf(mapIndex);
    const state = givenChildren?.[mapIndex] ?? pending;
    const fields = { node, call, mapIndex, inputs, upstream: upstreamOfChild(node, inputs), state };
    return newExecution({ ...fields, id: left?.run.id ?? clock.newId(), previous: left });
  });
  node.waitingChildren = items.length;
  return undefined;
}

/** Most maps have no calls among their items: their children share one set. */
function upstreamOfChild({ call, plan }: CallNode, inputs: readonly CallInput[]): ReadonlySet<TaskCall> {
  if (plan.items.size === 0) return call.upstream;
  const own = new Set(inputs.flatMap(({ calls }) => calls));
  return new Set([...call.upstream].filter((each) => !plan.items.has(each) || own.has(each)));
}

/** Notes what a child has to wait for. True where it need not wait. */
export function tieChild(child: TaskExecution, nodes: CallNodes): boolean {
  const { plan } = child.node;
  for (const call of plan.oneToOne) {
    const line = oneToOneChild(child, call, nodes);
    if (!line || line.state.isFinished()) continue;
    line.followers ??= [];
    line.followers.push(child);
    child.waiting += 1;
  }
  for (const call of plan.items) {
    if (!child.upstream.has(call) || nodes.get(call)!.done) continue;
    nodes.get(call)!.downstream.push(child);
    child.waiting += 1;
  }
  return child.waiting === 0;
}
