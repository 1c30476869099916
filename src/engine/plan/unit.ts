import type { State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { CallInput, TaskCall } from "../../task/task-call.js";
import type { SourceKey } from "../resume/source-key.js";
import type { MapPlan } from "./map-plan.js";

/** A call in a run, with what waits for it. */
export interface Node {
  readonly call: TaskCall;
  readonly source: SourceKey;
  readonly plan: MapPlan;
  readonly unit: Unit;
  /** Of a mapped call, once its lists are known. */
  children: readonly Unit[] | null;
  /** Calls it waits for: to finish, or, where it goes on with their children, to have those. */
  waiting: number;
  /** It has finished, and what waits for it was told. */
  done: boolean;
  /** Children that have not finished. */
  waitingChildren: number;
  /** What waits until it has finished. */
  readonly downstream: (Node | Unit)[];
  /** Mapped calls that wait until its children are there. */
  readonly lines: Node[];
}

/** What is run, retried and kept by itself: a call, or one child of a mapped one. */
export interface Unit {
  readonly node: Node;
  readonly mapIndex: number | null;
  readonly id: string;
  /** As an earlier attempt left it. */
  readonly remembered: RememberedTask | undefined;
  /** What it is given; of a child its own items. */
  readonly inputs: readonly CallInput[];
  /** The calls it waits for; a child waits for its own child of those in its node's plan's lines. */
  readonly upstream: ReadonlySet<TaskCall>;
  state: State;
  /** Of a child: what it waits for that has not finished. */
  waiting: number;
  /** Children of other maps that go on with this one; null: none. */
  followers: Unit[] | null;
  /** It ran in this attempt, so that what stands behind it runs as well. */
  ran: boolean;
  /** It ran because its kept result was damaged, and gave the same again: what stands behind it is not concerned. */
  mended: boolean;
  runCount: number;
  /** Round of its loop, and what the round before gave. */
  loopCount: number;
  loopResult: unknown;
  startedAt: number | null;
  /** Gives up waiting for its start time. */
  stopWaiting: (() => void) | null;
}

export type UnitFields = Pick<Unit, "node" | "mapIndex" | "id" | "remembered" | "inputs" | "upstream" | "state">;

/** Written out: a run makes as many as it has tasks. */
export const newUnit = ({ node, mapIndex, id, remembered, inputs, upstream, state }: UnitFields): Unit => ({
  node,
  mapIndex,
  id,
  remembered,
  inputs,
  upstream,
  state,
  waiting: 0,
  followers: null,
  ran: false,
  mended: false,
  runCount: 0,
  loopCount: 1,
  loopResult: undefined,
  startedAt: null,
  stopWaiting: null,
});

type Nodes = ReadonlyMap<TaskCall, Node>;

/** The child that a child goes on with; undefined where it waits for the call as a whole. */
export function lineUnit({ node, mapIndex }: Unit, call: TaskCall, nodes: Nodes): Unit | undefined {
  return mapIndex !== null && node.plan.lines.has(call) ? nodes.get(call)!.children?.[mapIndex] : undefined;
}

/** The states a unit waits for: of a map's child those of its own line where items go one to one. */
export function upstreamOf(unit: Unit, nodes: Nodes): Map<TaskCall, State> {
  const upstream = new Map<TaskCall, State>();
  for (const call of unit.upstream) {
    const { state } = lineUnit(unit, call, nodes) ?? nodes.get(call)!.unit;
    const isGivenLine = unit.mapIndex !== null && unit.node.plan.lines.has(call) && state.type === "Mapped";
    upstream.set(call, isGivenLine ? state.mapStates[unit.mapIndex]! : state);
  }
  return upstream;
}

/** Whether something a unit waits for ran in this attempt. */
export function upstreamRan(unit: Unit, nodes: Nodes): boolean {
  for (const call of unit.upstream) {
    const { ran, mended } = lineUnit(unit, call, nodes) ?? nodes.get(call)!.unit;
    if (ran && !mended) return true;
  }
  return false;
}
