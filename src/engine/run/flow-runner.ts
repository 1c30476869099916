import { graphNodes } from "../../flow/flow-graph.js";
import { FlowResults } from "../../flow/flow-results.js";
import { Pending, type State } from "../../state/states.js";
import type { RememberedTask } from "../../store/task-memory.js";
import type { TaskCall } from "../../task/task-call.js";
import { makeNode } from "../plan/make-node.js";
import { makeChildren, tieChild } from "../plan/map-children.js";
import { mappedState } from "../plan/mapped-state.js";
import { ReadyQueue } from "../plan/ready-queue.js";
import { sourceKeyOf } from "../resume/source-key.js";
import { stepFailed } from "../task/steps-running.js";
import type { CallNode, TaskExecution } from "../task/task-execution.js";
import { type ExecutionSetting, ExecutionStarter } from "./execution-starter.js";
import { countExecutions, type RunCounts } from "./run-counts.js";

/** What a flow run begins with. */
export interface FlowRunnerSetup extends ExecutionSetting {
  /** Task runs of the attempts before, by `executionName`. */
  readonly previous: ReadonlyMap<string, RememberedTask>;
  /** States given for calls, which are kept; Cached ones only where they are valid, unless they are of this session. */
  readonly given: (call: TaskCall) => State | undefined;
}

/** Runs the calls of a flow: each when what it waits for has finished, as many at once as the executor allows. */
export class FlowRunner {
  readonly #nodes = new Map<TaskCall, CallNode>();
  readonly #starter: ExecutionStarter;
  readonly #ready = new ReadyQueue();
  /** Executions and expansions of maps under way. */
  #active = 0;
  readonly #sleeping = new Set<TaskExecution>();
  #waitingForLimits = 0;
  readonly #idle: (() => void)[] = [];
  readonly #finished = new Map<TaskCall, (() => void)[]>();
  /** The state that all executions begin in. */
  readonly #pending = new Pending<unknown>({});
  readonly #sources = new Map<unknown, ReturnType<typeof sourceKeyOf>>();

  constructor(private readonly setup: FlowRunnerSetup) {
    this.#starter = new ExecutionStarter({ ...setup, nodes: this.#nodes });
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
    return this.#nodes.get(call)!.execution.state;
  }

  results(): FlowResults {
    const results = new FlowResults();
    for (const [call, { execution }] of this.#nodes) results.set(call, execution.state);
    return results;
  }

  /**
   * Reads the results of these calls that are still in their stored form: reused ones, of which damaged ones are
   * recomputed, and those that an executor elsewhere gave.
   */
  async readResults(calls: Iterable<TaskCall>): Promise<void> {
    const unread: TaskExecution[] = [];
    for (const call of calls) unread.push(...this.#starter.reused.unreadOf(call));
    await this.#starter.reused.read(unread);
  }

  /** In the order in which they were added. */
  nodes(): Iterable<CallNode> {
    return this.#nodes.values();
  }

  counts(): RunCounts {
    return countExecutions(this.#nodes.values());
  }

  /** Cancels all waits for a start time. */
  close(): void {
    for (const execution of this.#sleeping) execution.stopWaiting?.();
    this.#sleeping.clear();
  }

  #addNode(call: TaskCall): CallNode {
    const { previous, given, scope } = this.setup;
    const left = previous.get(call.name);
    const id = left?.run.id ?? scope.clock.newId();
    const source = this.#sourceOf(call);
    const node = makeNode(call, { id, previous: left, source, given: given(call), pending: this.#pending });
    if (!node.execution.state.isFinished() || this.#starter.isToCheck(node.execution)) this.#tie(node);
    this.#nodes.set(call, node);
    return node;
  }

  #tie(node: CallNode): void {
    for (const call of node.plan.whole) {
      const before = this.#nodes.get(call)!;
      if (before.done) continue;
      before.downstream.push(node);
      node.waiting += 1;
    }
    for (const call of node.plan.oneToOne) {
      const before = this.#nodes.get(call)!;
      if (before.done || before.children) continue;
      before.oneToOne.push(node);
      node.waiting += 1;
    }
  }

  #sourceOf({ task }: TaskCall): ReturnType<typeof sourceKeyOf> {
    let source = this.#sources.get(task.fn);
    if (!source) {
      source = sourceKeyOf(task.fn);
      this.#sources.set(task.fn, source);
    }
    return source;
  }

  #begin(node: CallNode): void {
    if (node.call.mapped && !node.execution.state.isFinished()) void this.#expand(node);
    else this.#ready.add(node.execution);
  }

  #pump(): void {
    const { scope } = this.setup;
    while (this.#active < scope.executor.concurrency && !scope.stop.state) {
      const execution = this.#ready.take();
      if (!execution) return;
      void this.#run(execution);
    }
  }

  /** A task that waits for its limits leaves its place to others meanwhile. */
  changePlaces(change: 1 | -1): void {
    this.#active += change;
    this.#waitingForLimits -= change;
    if (change < 0) this.#pump();
  }

  async #run(execution: TaskExecution): Promise<void> {
    this.#active += 1;
    execution.state = await this.#starter.run(execution).catch(stepFailed);
    if (execution.state.isFinished()) await this.#executionFinished(execution);
    else this.#sleep(execution);
    this.#active -= 1;
    this.#pump();
    this.#checkIdle();
  }

  /** Waits for a start time; a paused task waits for a person. */
  #sleep(execution: TaskExecution): void {
    const { state } = execution;
    if (execution.mapIndex !== null) this.#updateParent(execution.node);
    if (!("startTime" in state) || state.startTime === null) return;
    const { clock } = this.setup.scope;
    // A clock that was set back since the state was made does not make the wait longer than it was meant to be.
    const delayMs = Math.max(0, state.startTime.getTime() - Math.max(state.timestamp.getTime(), clock.now()));
    execution.dueAt = clock.monotonic() + delayMs;
    this.#sleeping.add(execution);
    execution.stopWaiting = clock.after(delayMs, () => {
      this.#sleeping.delete(execution);
      execution.stopWaiting = null;
      this.#ready.add(execution);
      this.#pump();
    });
  }

  async #executionFinished(execution: TaskExecution): Promise<void> {
    const { node } = execution;
    if (execution.mapIndex !== null) {
      for (const follower of execution.followers ?? []) this.#release(follower);
      node.waitingChildren -= 1;
      if (node.waitingChildren > 0) return;
      await this.#allChildrenFinished(node);
    }
    this.#nodeFinished(node);
  }

  #nodeFinished(node: CallNode): void {
    node.done = true;
    for (const resolve of this.#finished.get(node.call) ?? []) resolve();
    this.#finished.delete(node.call);
    for (const follower of [...node.downstream, ...node.oneToOne.splice(0)]) this.#release(follower);
  }

  /** Something that it waited for has finished. */
  #release(follower: CallNode | TaskExecution): void {
    follower.waiting -= 1;
    if (follower.waiting > 0) return;
    if ("plan" in follower) this.#begin(follower);
    else this.#ready.addNext(follower);
  }

  /** Makes the children of a mapped call, once it is known how many there are. */
  async #expand(node: CallNode): Promise<void> {
    this.#active += 1;
    const refused = await this.#childrenOf(node);
    if (refused) await this.#writeParent(node, refused);
    else if (node.children!.length === 0) await this.#allChildrenFinished(node);
    this.#active -= 1;
    if (refused || node.children!.length === 0) this.#nodeFinished(node);
    else {
      for (const child of node.children!) if (tieChild(child, this.#nodes)) this.#ready.add(child);
      for (const next of node.oneToOne.splice(0)) this.#release(next);
    }
    this.#pump();
    this.#checkIdle();
  }

  async #childrenOf(node: CallNode): Promise<State | undefined> {
    const { scope, previous } = this.setup;
    try {
      await this.#starter.reused.read(this.#starter.reused.unreadBefore(node.execution));
      const { parameters, clock } = scope;
      return await makeChildren(node, { nodes: this.#nodes, parameters, previous, clock, pending: this.#pending });
    } catch (thrown) {
      return stepFailed(thrown);
    }
  }

  async #allChildrenFinished(node: CallNode): Promise<void> {
    const children = node.children!;
    node.execution.executed = children.some((child) => child.executed) || children.length === 0;
    await this.#writeParent(node, statesTogether(children));
    node.execution.state = statesTogether(children); // results of children may have been read meanwhile
  }

  #updateParent(node: CallNode): void {
    node.execution.state = statesTogether(node.children!);
  }

  async #writeParent(node: CallNode, state: State): Promise<void> {
    const { scope, observe } = this.setup;
    if (!state.isMapped()) node.execution.executed = true;
    observe(state, node.execution);
    await scope.states.writeParent(node, state);
    node.execution.state = state;
  }

  #checkIdle(): void {
    if (this.#idle.length === 0 || this.#active + this.#waitingForLimits > 0) return;
    const { scope, maxWaitMs } = this.setup;
    if (!scope.stop.state) {
      if (!this.#ready.isEmpty) return;
      let soonest = Number.POSITIVE_INFINITY;
      for (const { dueAt } of this.#sleeping) soonest = Math.min(soonest, dueAt ?? soonest);
      if (this.#sleeping.size > 0 && soonest - scope.clock.monotonic() <= maxWaitMs) return;
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

const statesTogether = (children: readonly TaskExecution[]): State => mappedState(children.map(({ state }) => state));
