import { storedReferenceOf } from "../../result/stored-result.js";
import type { State } from "../../state/states.js";
import { CorruptResultError } from "../../store/store.js";
import type { TaskCall } from "../../task/task-call.js";
import { oneToOneChild } from "../plan/call-node.js";
import { mappedState } from "../plan/mapped-state.js";
import type { CallNodes, TaskExecution } from "../task/task-execution.js";

/** Whether a stored result cannot be had any more: its bytes are damaged, or gone. */
export const isDamage = (thrown: unknown): thrown is Error =>
  thrown instanceof CorruptResultError || thrown instanceof RangeError;

/** Reads reused results where somebody needs them, and recomputes those that are damaged. */
export class PreviousResults {
  readonly #recomputing = new Map<TaskExecution, Promise<void>>();

  /** @param runAgain runs an execution anew and gives the state it reaches. */
  constructor(
    private readonly nodes: CallNodes,
    private readonly runAgain: (execution: TaskExecution, reason: string) => Promise<State>,
  ) {}

  /** Reused executions whose results `execution` is given and nobody has read; of a map those that all its children are given. */
  unreadBefore(execution: TaskExecution): TaskExecution[] {
    const unread: TaskExecution[] = [];
    const { oneToOne, items } = execution.node.plan;
    for (const { calls } of execution.inputs)
      for (const call of calls) {
        if (execution.mapIndex === null && (oneToOne.has(call) || items.has(call))) continue;
        const { execution: whole, children } = this.nodes.get(call)!;
        const child = oneToOneChild(execution, call, this.nodes);
        for (const each of child ? [child] : (children ?? [whole])) addUnread(unread, each);
      }
    return unread;
  }

  /** Executions of a call whose results nobody has read: reused ones, and those that an executor elsewhere gave. */
  unreadOf(call: TaskCall): TaskExecution[] {
    const { execution, children } = this.nodes.get(call)!;
    const unread: TaskExecution[] = [];
    for (const each of children ?? [execution]) if (each.executed || each.previous) addStored(unread, each);
    return unread;
  }

  /** Reads results, each once, whoever asks. Never rejects: what cannot be read fails where it is used. */
  async read(executions: readonly TaskExecution[]): Promise<void> {
    await Promise.all(executions.map((execution) => this.#read(execution)));
    for (const { node, mapIndex } of executions)
      if (mapIndex !== null && node.execution.state.type === "Mapped")
        node.execution.state = mappedState(node.children!.map(({ state }) => state));
  }

  async #read(execution: TaskExecution): Promise<void> {
    try {
      execution.state = await execution.state.load();
    } catch (thrown) {
      if (execution.executed || !isDamage(thrown)) return; // its serializer is not known here: the error names it where the value is needed
      let recomputing = this.#recomputing.get(execution);
      if (!recomputing) {
        recomputing = this.#recompute(execution, thrown);
        this.#recomputing.set(execution, recomputing);
      }
      await recomputing;
    }
  }

  async #recompute(execution: TaskExecution, damage: Error): Promise<void> {
    const lost = execution.previous?.memory.result?.id;
    execution.state = await this.runAgain(execution, `its stored result is damaged: ${damage.message}`);
    execution.recomputed = lost !== undefined && storedReferenceOf(execution.state._result)?.id === lost;
  }
}

function addUnread(unread: TaskExecution[], execution: TaskExecution): void {
  if (execution.previous && !execution.executed) addStored(unread, execution);
}

function addStored(unread: TaskExecution[], execution: TaskExecution): void {
  if (execution.state._result.serialized) unread.push(execution);
}
