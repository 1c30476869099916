import { graphNodes } from "../../flow/flow-graph.js";
import { FlowResults } from "../../flow/flow-results.js";
import { Pending, type State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { TaskCall } from "../../task/task-call.js";
import { parentTransition } from "../persist/parent-transition.js";
import { makeChildren, tieChild } from "../plan/map-children.js";
import { planOf } from "../plan/map-plan.js";
import { mappedState } from "../plan/mapped-state.js";
import { ReadyQueue } from "../plan/ready-queue.js";
import { type Node, newUnit, type Unit } from "../plan/unit.js";
import { sourceKeyOf } from "../resume/source-key.js";
import { UnitRunner, type UnitSetting } from "../task/unit-runner.js";
import { countUnits, type RunCounts } from "./run-counts.js";

/** What a flow run begins with. */
export interface FlowRunnerSetup extends Omit<UnitSetting, "nodes"> {
  /** Task runs of the attempt before, by call name and map index ("inspect", "inspect[3]"). */
  readonly remembered: ReadonlyMap<string, RememberedTask>;
  /** States given for calls, which are kept; Cached ones only where they are valid, unless they are of this session. */
  readonly given: (call: TaskCall) => State | undefined;
}

/** Runs the calls of a flow: each when what it waits for has finished, as many at once as the executor allows. */
export class FlowRunner {
  readonly #nodes = new Map<TaskCall, Node>();
  readonly #units: UnitRunner;
  readonly #ready = new ReadyQueue();
  /** Units and expansions under way. */
  #active = 0;
  readonly #sleeping = new Set<Unit>();
  readonly #idle: (() => void)[] = [];
  readonly #finished = new Map<TaskCall, (() => void)[]>();
  /** What all units begin in. */
  readonly #pending = new Pending<unknown>({});
  readonly #sources = new Map<unknown, ReturnType<typeof sourceKeyOf>>();

  constructor(private readonly setup: FlowRunnerSetup) {
    this.#units = new UnitRunner({ ...setup, nodes: this.#nodes });
    setup.scope.stop.onStop(() => this.#checkIdle());
  }

  /** Takes in calls, each behind what it waits for, and begins those that can. May be called again. */
  add(calls: readonly TaskCall[]): void {
    const added = calls.filter((call) => !this.#nodes.has(call)).map((call) => this.#addNode(call));
    this.setup.journal.setGraph(graphNodes([...this.#nodes.keys()]));
    for (const node of added) if (node.waiting === 0) this.#begin(node);
    this.#pump();
  }

  /** Resolves when nothing runs and nothing is to run within `maxWait`. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle.push(resolve);
      this.#checkIdle();
    });
  }

  /** Resolves when the call has finished, or nothing runs any more. */
  whenFinished(call: TaskCall): Promise<void> {
    return new Promise((resolve) => {
      if (this.stateOf(call).isFinished()) return resolve();
      const waiting = this.#finished.get(call) ?? [];
      this.#finished.set(call, [...waiting, resolve]);
      void this.whenIdle().then(resolve);
    });
  }

  stateOf(call: TaskCall): State {
    return this.#nodes.get(call)!.unit.state;
  }

  results(): FlowResults {
    const results = new FlowResults();
    for (const [call, { unit }] of this.#nodes) results.set(call, unit.state);
    return results;
  }

  /** Reads what is kept of these calls' results; what is damaged is made again. */
  async readKept(calls: Iterable<TaskCall>): Promise<void> {
    const unread: Unit[] = [];
    for (const call of calls) for (const unit of this.#units.kept.unreadOf(call)) unread.push(unit);
    await this.#units.kept.read(unread);
  }

  counts(): RunCounts {
    return countUnits(this.#nodes.values());
  }

  /** Gives up what waits for its time. */
  close(): void {
    for (const unit of this.#sleeping) unit.stopWaiting?.();
    this.#sleeping.clear();
  }

  #addNode(call: TaskCall): Node {
    const remembered = this.setup.remembered.get(call.name);
    const node: { -readonly [K in keyof Node]: Node[K] } = {
      call,
      source: this.#sourceOf(call),
      plan: planOf(call),
      unit: undefined as never,
      children: null,
      waiting: 0,
      done: false,
      waitingChildren: 0,
      downstream: [],
      lines: [],
    };
    const unit = newUnit({
      node,
      mapIndex: null,
      id: remembered?.run.id ?? this.setup.scope.clock.newId(),
      remembered,
      inputs: call.inputs,
      upstream: call.upstream,
      state: this.#givenTo(call) ?? this.#pending,
    });
    node.unit = unit;
    if (!unit.state.isFinished() || this.#units.isToCheck(unit)) this.#tie(node);
    this.#nodes.set(call, node);
    return node;
  }

  #tie(node: Node): void {
    for (const call of node.plan.whole) {
      const before = this.#nodes.get(call)!;
      if (before.done) continue;
      before.downstream.push(node);
      node.waiting += 1;
    }
    for (const call of node.plan.lines) {
      const before = this.#nodes.get(call)!;
      if (before.done || before.children) continue;
      before.lines.push(node);
      node.waiting += 1;
    }
  }

  /** A map is made of its children: one result for all of them says nothing of what each was made from. */
  #givenTo(call: TaskCall): State | undefined {
    const given = this.setup.given(call);
    return given?.type === "Cached" && call.mapped ? undefined : given;
  }

  #sourceOf({ task }: TaskCall): ReturnType<typeof sourceKeyOf> {
    let source = this.#sources.get(task.fn);
    if (!source) {
      source = sourceKeyOf(task.fn);
      this.#sources.set(task.fn, source);
    }
    return source;
  }

  #begin(node: Node): void {
    if (node.call.mapped && !node.unit.state.isFinished()) void this.#expand(node);
    else this.#ready.add(node.unit);
  }

  #pump(): void {
    const { scope } = this.setup;
    while (this.#active < scope.executor.concurrency && !scope.stop.state) {
      const unit = this.#ready.take();
      if (!unit) return;
      void this.#run(unit);
    }
  }

  async #run(unit: Unit): Promise<void> {
    this.#active += 1;
    unit.state = await this.#units.run(unit);
    if (unit.state.isFinished()) await this.#unitFinished(unit);
    else this.#sleep(unit);
    this.#active -= 1;
    this.#pump();
    this.#checkIdle();
  }

  /** Waits for a start time; a task that is paused waits for somebody. */
  #sleep(unit: Unit): void {
    const { state } = unit;
    if (unit.mapIndex !== null) this.#tellParent(unit.node);
    if (!("startTime" in state) || state.startTime === null) return;
    const { clock } = this.setup.scope;
    this.#sleeping.add(unit);
    unit.stopWaiting = clock.after(Math.max(0, state.startTime.getTime() - clock.now()), () => {
      this.#sleeping.delete(unit);
      unit.stopWaiting = null;
      this.#ready.add(unit);
      this.#pump();
    });
  }

  async #unitFinished(unit: Unit): Promise<void> {
    const { node } = unit;
    if (unit.mapIndex !== null) {
      for (const follower of unit.followers ?? []) this.#release(follower);
      node.waitingChildren -= 1;
      if (node.waitingChildren > 0) return;
      await this.#allChildrenFinished(node);
    }
    this.#nodeFinished(node);
  }

  #nodeFinished(node: Node): void {
    node.done = true;
    for (const resolve of this.#finished.get(node.call) ?? []) resolve();
    this.#finished.delete(node.call);
    for (const follower of [...node.downstream, ...node.lines.splice(0)]) this.#release(follower);
  }

  /** Something that it waited for has finished. */
  #release(follower: Node | Unit): void {
    follower.waiting -= 1;
    if (follower.waiting > 0) return;
    if ("plan" in follower) this.#begin(follower);
    else this.#ready.addNext(follower);
  }

  /** Makes the children of a mapped call, once it is known how many there are. */
  async #expand(node: Node): Promise<void> {
    const { scope, remembered } = this.setup;
    this.#active += 1;
    await this.#units.kept.read(this.#units.kept.unreadBefore(node.unit));
    const refused = await makeChildren(node, {
      nodes: this.#nodes,
      parameters: scope.parameters,
      remembered,
      newId: scope.clock.newId,
      pending: this.#pending,
    });
    if (refused) await this.#writeParent(node, refused);
    else if (node.children!.length === 0) await this.#allChildrenFinished(node);
    this.#active -= 1;
    if (refused || node.children!.length === 0) this.#nodeFinished(node);
    else {
      for (const child of node.children!) if (tieChild(child, this.#nodes)) this.#ready.add(child);
      for (const line of node.lines.splice(0)) this.#release(line);
    }
    this.#pump();
    this.#checkIdle();
  }

  async #allChildrenFinished(node: Node): Promise<void> {
    const children = node.children!;
    node.unit.ran = children.some((child) => child.ran) || children.length === 0;
    await this.#writeParent(node, statesTogether(children));
    node.unit.state = statesTogether(children); // results of children may have been read meanwhile
  }

  #tellParent(node: Node): void {
    node.unit.state = statesTogether(node.children!);
  }

  async #writeParent(node: Node, state: State): Promise<void> {
    const { scope, journal, tell } = this.setup;
    const { unit } = node;
    if (!state.isMapped()) unit.ran = true;
    tell(state, unit);
    const kept = await scope.keeper.keep(state._result, false);
    await journal.transition(parentTransition(node, state, kept.record, journal.run));
    unit.state = state;
  }

  #checkIdle(): void {
    if (this.#idle.length === 0 || this.#active > 0) return;
    const { scope, maxWaitMs } = this.setup;
    if (!scope.stop.state) {
      if (!this.#ready.isEmpty) return;
      const soonest = Math.min(
        ...[...this.#sleeping].map(({ state }) => ("startTime" in state ? Number(state.startTime) : 0)),
      );
      if (this.#sleeping.size > 0 && soonest - scope.clock.now() <= maxWaitMs) return;
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const statesTogether = (children: readonly Unit[]): State => mappedState(children.map(({ state }) => state));
