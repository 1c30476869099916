import { type Executor, type Flow, flow, type Store, type TaskCall, task } from "../../src/index.js";

/** Names of the tasks whose values are too large for the database. */
export const LARGE = ["large-0", "large-1", "large-2"];
const SMALL = Array.from({ length: 12 }, (_, index) => `small-${index}`);
const CACHED = Array.from({ length: 6 }, (_, index) => `cached-${index}`);
const ITEMS = [0, 1, 2, 3];

interface Value {
  readonly of: string;
  readonly rows: readonly string[];
}

/** What a task gives: told from every other task's value, and the same each time it runs. */
function rightValue(name: string): Value {
  const count = name.startsWith("large") ? 6_000 : 5 + name.length * 4;
  return { of: name, rows: Array.from({ length: count }, (_, row) => `${name} row ${row}`) };
}

/** A flow of 27 task runs, small, large, cached and mapped; its last task fails while it is told to. */
export class DamagedFlow {
  /** Names of the tasks that were called, in order. */
  readonly ran: string[] = [];
  readonly #flow: Flow;
  readonly #calls: { readonly [name: string]: TaskCall };

  constructor(fails: boolean) {
    const give = (name: string, options = {}) =>
      task(
        name,
        (_: unknown) => {
          this.ran.push(name);
          return rightValue(name);
        },
        options,
      );
    const item = task("item", (index: number) => {
      this.ran.push(`item-${index}`);
      return rightValue(`item-${index}`);
    });
    const gate = task("gate", (values: readonly unknown[]) => {
      this.ran.push("gate");
      if (fails) throw Object.assign(new Error("not yet"), { stack: "Error: not yet" }); // a stack names folders
      return values.length;
    });
    const calls: { [name: string]: TaskCall } = {};
    this.#flow = flow("damaged", () => {
      let before: unknown = 0;
      for (const name of SMALL) before = calls[name] = give(name)(before);
      for (const name of LARGE) calls[name] = give(name)(1);
      for (const name of CACHED) calls[name] = give(name, { cacheFor: "1h" })(name);
      calls.item = item.map(ITEMS);
      calls.gate = gate(Object.values(calls));
    });
    this.#calls = calls;
  }

  /** Runs it and gives the calls whose value is not what it has to be, and what was told of those that failed. */
  async run(
    store: Store,
    resume: "failed" | "never",
    executor?: Executor,
  ): Promise<{ type: string; wrong: string[]; told: string[] }> {
    this.ran.length = 0;
    const state = await this.#flow.run({ store, resume, ...(executor && { executor }) });
    const wrong: string[] = [];
    const told: string[] = [];
    for (const [name, call] of Object.entries(this.#calls)) {
      const reached = state.result.get(call);
      const failed = [reached, ...(reached.type === "Mapped" ? reached.mapStates : [])].filter((each) =>
        each.isFailed(),
      );
      for (const { type, message } of failed) if (type !== "TriggerFailed") told.push(`${message}`);
      if (failed.length > 0) continue;
      const { result } = reached._result.serialized ? await reached.load() : reached;
      if (JSON.stringify(result) !== JSON.stringify(expected(name, this.#calls))) wrong.push(name);
    }
    return { type: state.type, wrong, told };
  }
}

function expected(name: string, calls: object): unknown {
  if (name === "gate") return Object.keys(calls).length - 1;
  return name === "item" ? ITEMS.map((index) => rightValue(`item-${index}`)) : rightValue(name);
}
