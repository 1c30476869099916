import type { FlowRunRecord, FlowRunSummary, GraphNode, LogRecord, TaskRunRecord } from "../../contracts/records.js";
import type { RunHold } from "../../store/begin-ask.js";
import type { Store, Transition } from "../../store/store.js";
import type { LiveRun } from "../host/host.js";

interface Row {
  own: TaskRunRecord | undefined;
  readonly children: TaskRunRecord[];
}

/**
 * The one place where a run's changes are written: those of one turn of the event loop go to the store in
 * one append, in order, and whoever follows the run is told once.
 */
export class RunJournal implements LiveRun {
  readonly ended: Promise<void>;
  readonly #store: Store | null;
  readonly #hold: RunHold | null;
  readonly #rows = new Map<string, Row>();
  readonly #listeners = new Set<() => void>();
  #graph: readonly GraphNode[] = [];
  #run: FlowRunSummary;
  #current: FlowRunRecord | undefined;
  #waiting = nothingWaiting();
  #scheduled = false;
  #end!: () => void;
  /** The first write that failed; the run went on without. */
  failure: unknown;

  /** @param hold null without a store */
  constructor(store: Store | null, run: FlowRunSummary, hold: RunHold | null, graph: readonly GraphNode[]) {
    this.#store = store;
    this.#hold = hold;
    this.#run = run;
    this.#planRows(graph);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get run(): FlowRunSummary {
    return this.#run;
  }

  /** Takes over what an earlier attempt left, so that it is seen until it changes. */
  remember(tasks: readonly TaskRunRecord[]): void {
    for (const task of tasks) this.#place(task);
  }

  /** An ambient run grows with each call. */
  setGraph(graph: readonly GraphNode[]): void {
    if (graph.length === this.#graph.length) return;
    this.#planRows(graph);
    void this.#soon();
    if (!this.#store || !this.#hold) return;
    this.#store.setGraph(this.#hold, graph).catch((thrown: unknown) => {
      this.failure ??= thrown;
    });
  }

  #planRows(graph: readonly GraphNode[]): void {
    this.#graph = graph;
    this.#current = undefined;
    for (const { name } of graph) if (!this.#rows.has(name)) this.#rows.set(name, { own: undefined, children: [] });
  }

  /** Writes what a task run came to. Resolves when it is on disk: true, or false where it could not be written. */
  transition(transition: Transition): Promise<boolean> {
    this.#place(transition.run);
    this.#waiting.transitions.push(transition);
    return this.#soon();
  }

  /** Writes what the flow run came to. */
  change(run: FlowRunSummary): Promise<boolean> {
    this.#run = run;
    this.#waiting.changed = true;
    return this.#soon();
  }

  /** Writes that a task run stays in the state in which an earlier attempt left it. */
  keep(run: TaskRunRecord): void {
    this.#place(run);
    this.#waiting.kept.push(run.id);
    void this.#soon();
  }

  /** Tells of something that is seen and not stored: progress. */
  show(run: TaskRunRecord): void {
    this.#place(run);
    void this.#soon();
  }

  log(line: LogRecord): void {
    this.#waiting.lines.push(line);
    void this.#soon();
  }

  /** The task run's latest record. */
  latest(name: string, mapIndex: number | null): TaskRunRecord | undefined {
    const row = this.#rows.get(name);
    return mapIndex === null ? row?.own : row?.children[mapIndex];
  }

  current(): FlowRunRecord {
    this.#current ??= {
      ...this.#run,
      graph: this.#graph,
      tasks: this.#graph.flatMap(({ name }) => {
        const { own, children } = this.#rows.get(name)!;
        const begun = children.filter((child) => child !== undefined);
        return own ? [own, ...begun] : begun;
      }),
    };
    return this.#current;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** This attempt is over and written. */
  end(): void {
    this.#end();
  }

  #place(task: TaskRunRecord): void {
    this.#current = undefined;
    const row = this.#rows.get(task.name);
    if (!row) return; // of a call that the flow no longer has
    if (task.mapIndex === null) row.own = task;
    else row.children[task.mapIndex] = task;
  }

  #soon(): Promise<boolean> {
    this.#current = undefined;
    if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    }
    return this.#waiting.done;
  }

  #flush(): void {
    const { settle, ...waiting } = this.#waiting;
    this.#waiting = nothingWaiting();
    this.#scheduled = false;
    void this.#write(waiting).then(settle);
    for (const listener of this.#listeners) listener();
  }

  async #write({ transitions, kept, lines, changed }: Omit<WaitingWrites, "settle">): Promise<boolean> {
    const [store, hold] = [this.#store, this.#hold];
    if (!store || !hold) return false;
    try {
      const written: Promise<unknown>[] = [];
      if (transitions.length > 0 || changed)
        written.push(store.append(hold, transitions, changed ? { run: this.#run } : undefined));
      if (kept.length > 0) written.push(store.keep(hold, kept));
      if (lines.length > 0) written.push(store.log(hold, lines));
      await Promise.all(written);
      return true;
    } catch (thrown) {
      this.failure ??= thrown; // the values stay usable in this run; its end says that they were not stored
      return false;
    }
  }
}

type WaitingWrites = ReturnType<typeof nothingWaiting>;

/** What the next turn writes, and the one promise for all who wait for it. */
function nothingWaiting() {
  let settle: (durable: boolean) => void = () => {};
  const done = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const [transitions, kept, lines]: [Transition[], string[], LogRecord[]] = [[], [], []];
  return { transitions, kept, lines, changed: false, done, settle };
}
