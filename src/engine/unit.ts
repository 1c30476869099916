import type { State } from "../state/states.js";
import type { RememberedTask } from "../store/store.js";
import type { CallInput, TaskCall } from "../task/task-call.js";
import type { SourceKey } from "./source-key.js";

/** A call in a run, with what waits for it. */
export interface Node {
  readonly call: TaskCall;
  readonly source: SourceKey;
  readonly unit: Unit;
  /** Of a mapped call, once its lists are known. */
  children: readonly Unit[] | null;
  /** Calls it waits for that have not finished. */
  waiting: number;
  /** It has finished, and what waits for it was told. */
  done: boolean;
  /** Children that have not finished. */
  waitingChildren: number;
  readonly downstream: Node[];
}

/** What is run, retried and kept by itself: a call, or one child of a mapped one. */
export interface Unit {
  readonly node: Node;
  readonly mapIndex: number | null;
  readonly id: string;
  /** As an earlier attempt left it. */
  readonly remembered: RememberedTask | undefined;
  state: State;
  /** It ran in this attempt, so that what stands behind it runs as well. */
  ran: boolean;
  /** It ran because its kept result was damaged, and gave the same again: what stands behind it is not concerned. */
  mended: boolean;
  runCount: number;
  /** Round of its loop, and what the round before gave. */
  loopCount: number;
  loopResult: unknown;
  startedAt: number | null;
  readonly items: ReadonlyMap<CallInput, unknown>;
  /** Gives up waiting for its start time. */
  stopWaiting: (() => void) | null;
}

export interface UnitFields {
  readonly node: Node;
  readonly mapIndex: number | null;
  readonly id: string;
  readonly remembered: RememberedTask | undefined;
  readonly state: State;
  readonly items?: ReadonlyMap<CallInput, unknown>;
}

const NO_ITEMS: ReadonlyMap<CallInput, unknown> = new Map();

/** Written out: a run makes as many as it has tasks. */
export const newUnit = ({ node, mapIndex, id, remembered, state, items = NO_ITEMS }: UnitFields): Unit => ({
  node,
  mapIndex,
  id,
  remembered,
  items,
  state,
  ran: false,
  mended: false,
  runCount: 0,
  loopCount: 1,
  loopResult: undefined,
  startedAt: null,
  stopWaiting: null,
});

/** The states a unit waits for: of a map's child those of its own line where items go one to one. */
export function upstreamOf({ node, mapIndex }: Unit, nodes: ReadonlyMap<TaskCall, Node>): Map<TaskCall, State> {
  const upstream = new Map<TaskCall, State>();
  for (const call of node.call.upstream) upstream.set(call, nodes.get(call)!.unit.state);
  if (mapIndex === null) return upstream;
  for (const { mode, template } of node.call.inputs) {
    if (mode !== "each" || template.kind !== "call") continue;
    const state = nodes.get(template.call)!.unit.state;
    if (state.type === "Mapped") upstream.set(template.call, state.mapStates[mapIndex]!);
  }
  return upstream;
}

/** Whether something a unit waits for ran in this attempt. */
export function upstreamRan({ node, mapIndex }: Unit, nodes: ReadonlyMap<TaskCall, Node>): boolean {
  for (const call of node.call.upstream) {
    const upstream = nodes.get(call)!;
    const child =
      mapIndex === null || !upstream.children ? undefined : lineOf(node.call, call) && upstream.children[mapIndex];
    const { ran, mended } = child || upstream.unit;
    if (ran && !mended) return true;
  }
  return false;
}

/** Whether a mapped call takes the items of another one to one. */
const lineOf = (call: TaskCall, upstream: TaskCall): boolean =>
  call.inputs.some(({ mode, template }) => mode === "each" && template.kind === "call" && template.call === upstream);
