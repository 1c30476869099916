import type { State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { CallInput, TaskCall } from "../../task/task-call.js";
import { stepFailed } from "../task/steps-running.js";
import { type MapSetting, mapItems, refusal } from "./map-items.js";
import { lineUnit, type Node, newUnit, type Unit } from "./unit.js";

/** The key of a task run among those an earlier attempt left: "inspect", "inspect[3]". */
export const unitName = (name: string, mapIndex: number | null): string =>
  mapIndex === null ? name : `${name}[${mapIndex}]`;

/** What making children needs of the run. */
export interface ChildrenSetting extends Omit<MapSetting, "upstream"> {
  readonly remembered: ReadonlyMap<string, RememberedTask>;
  readonly newId: () => string;
  /** What a child begins in. */
  readonly pending: State;
}

/** The states that a map needs as a whole. A call whose children were never made counts among them. */
function wholeUpstream({ plan }: Node, nodes: MapSetting["nodes"]): Map<TaskCall, State> {
  const upstream = new Map<TaskCall, State>();
  for (const call of plan.whole) upstream.set(call, nodes.get(call)!.unit.state);
  for (const call of plan.lines) {
    const { children, unit } = nodes.get(call)!;
    if (!children && unit.state.type !== "Mapped") upstream.set(call, unit.state);
  }
  return upstream;
}

/** Makes the children of a mapped call. Gives the state in which the map ends without any; undefined: they are there. */
export async function makeChildren(node: Node, setting: ChildrenSetting): Promise<State | undefined> {
  const { nodes, remembered, newId, pending: state } = setting;
  const { call } = node;
  const upstream = wholeUpstream(node, nodes);
  const refused = refusal(call, upstream);
  if (refused) return refused;
  try {
    const items = await mapItems(node, { ...setting, upstream });
    node.children = Array.from({ length: items.length }, (_, mapIndex) => {
      const left = remembered.get(unitName(call.name, mapIndex));
      const inputs = items.inputsOf(mapIndex);
      const fields = { node, mapIndex, inputs, upstream: upstreamOfChild(node, inputs), state };
      return newUnit({ ...fields, id: left?.run.id ?? newId(), remembered: left });
    });
    node.waitingChildren = items.length;
    return undefined;
  } catch (thrown) {
    return stepFailed(thrown);
  }
}

/** Most maps have no calls among their items: their children share one set. */
function upstreamOfChild({ call, plan }: Node, inputs: readonly CallInput[]): ReadonlySet<TaskCall> {
  if (plan.items.size === 0) return call.upstream;
  const own = new Set(inputs.flatMap(({ calls }) => calls));
  return new Set([...call.upstream].filter((each) => !plan.items.has(each) || own.has(each)));
}

/** Notes what a child has to wait for. True where it need not wait. */
export function tieChild(child: Unit, nodes: ReadonlyMap<TaskCall, Node>): boolean {
  const { plan } = child.node;
  for (const call of plan.lines) {
    const line = lineUnit(child, call, nodes);
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
