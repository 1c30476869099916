import { storedReferenceOf } from "../../result/stored-result.js";
import type { State } from "../../state/states.js";
import { CorruptResultError } from "../../store/store.js";
import type { TaskCall } from "../../task/task-call.js";
import { mappedState } from "../plan/mapped-state.js";
import { lineUnit, type Node, type Unit } from "../plan/unit.js";

/** Whether a stored result cannot be had any more: its bytes are damaged, or gone. */
export const isDamage = (thrown: unknown): thrown is Error =>
  thrown instanceof CorruptResultError || thrown instanceof RangeError;

/** Reads kept results where somebody needs them, and has those made again that are damaged. */
export class KeptResults {
  readonly #mending = new Map<Unit, Promise<void>>();

  /** @param runAgain runs a unit anew and gives the state it comes to. */
  constructor(
    private readonly nodes: ReadonlyMap<TaskCall, Node>,
    private readonly runAgain: (unit: Unit, reason: string) => Promise<State>,
  ) {}

  /** Units whose results `unit` is given and nobody has read; of a map those that all its children are given. */
  unreadBefore(unit: Unit): Unit[] {
    const unread: Unit[] = [];
    const { lines, items } = unit.node.plan;
    for (const { calls } of unit.inputs)
      for (const call of calls) {
        if (unit.mapIndex === null && (lines.has(call) || items.has(call))) continue;
        const { unit: own, children } = this.nodes.get(call)!;
        const line = lineUnit(unit, call, this.nodes);
        for (const each of line ? [line] : (children ?? [own])) addUnread(unread, each);
      }
    return unread;
  }

  /** Units of a call whose results nobody has read. */
  unreadOf(call: TaskCall): Unit[] {
    const { unit, children } = this.nodes.get(call)!;
    const unread: Unit[] = [];
    for (const each of children ?? [unit]) addUnread(unread, each);
    return unread;
  }

  /** Reads the results of units, each once, whoever asks. Never rejects: what cannot be read fails where it is used. */
  async read(units: readonly Unit[]): Promise<void> {
    await Promise.all(units.map((unit) => this.#read(unit)));
    for (const { node, mapIndex } of units)
      if (mapIndex !== null && node.unit.state.type === "Mapped")
        node.unit.state = mappedState(node.children!.map(({ state }) => state));
  }

  async #read(unit: Unit): Promise<void> {
    try {
      unit.state = await unit.state.load();
    } catch (thrown) {
      if (!isDamage(thrown)) return; // its serializer is not known here: told, by name, where the value is needed
      let mending = this.#mending.get(unit);
      if (!mending) {
        mending = this.#mend(unit, thrown);
        this.#mending.set(unit, mending);
      }
      await mending;
    }
  }

  async #mend(unit: Unit, damage: Error): Promise<void> {
    const lost = unit.remembered?.memory.result?.id;
    unit.state = await this.runAgain(unit, `its stored result is damaged: ${damage.message}`);
    unit.mended = lost !== undefined && storedReferenceOf(unit.state._result)?.id === lost;
  }
}

function addUnread(unread: Unit[], unit: Unit): void {
  if (unit.remembered && unit.state._result.serialized) unread.push(unit);
}
