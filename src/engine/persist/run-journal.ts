import type { EpochMs } from "../../contracts/json.js";
import type { FlowRunRecord, FlowRunSummary, GraphNode, LogRecord, TaskRunRecord } from "../../contracts/records.js";
import { masked } from "../../result/masking.js";
import type { RunHold } from "../../store/begin-ask.js";
import { RunOwnedError, type Store, type Transition } from "../../store/store.js";

interface Row {
  own: TaskRunRecord | undefined;
  readonly children: TaskRunRecord[];
}

/** What a journal writes to. */
export interface JournalSetting {
  /** Null writes nothing. */
  readonly store: Store | null;
  readonly hold: RunHold;
  readonly run: FlowRunSummary;
  readonly graph: readonly GraphNode[];
  readonly now: () => EpochMs;
  /** Called once when a write is refused because another process has taken the run over. */
  readonly onLost: (error: RunOwnedError) => void;
}

/**
 * Writes all changes of a run: those of one turn of the event loop go to the store in one append, in order, and
 * whoever follows the run is notified once.
 */
export class RunJournal {
  readonly #setting: JournalSetting;
  readonly #rows = new Map<string, Row>();
  readonly #listeners = new Set<() => void>();
  readonly #readers = new Set<(line: LogRecord) => void>();
  #graph: readonly GraphNode[] = [];
  #run: FlowRunSummary;
  #current: FlowRunRecord | undefined;
  #waiting = nothingWaiting();
  #scheduled = false;
  /** The first write that failed; the run continued without. */
  failure: unknown;
  /** Another process has taken the run over: nothing of it is written here any more. */
  lost: RunOwnedError | undefined;
  /** When the store last took a write of this run. */
  writtenAt: number;

  constructor(setting: JournalSetting) {
    this.#setting = setting;
    this.#run = setting.run;
    this.writtenAt = setting.run.startedAt;
    this.#planRows(setting.graph);
  }

  get run(): FlowRunSummary {
    return this.#run;
  }

  /** Takes over what an earlier attempt left, so that it is seen until it changes. */
  remember(tasks: readonly TaskRunRecord[]): void {
    for (const task of tasks) this.#place(task);
  }

  /** A run of top-level calls grows with each call. */
  setGraph(graph: readonly GraphNode[]): void {
    if (graph.length === this.#graph.length) return;
    this.#planRows(graph);
    void this.#soon();
    const { store, hold } = this.#setting;
    store?.setGraph(hold, graph).catch((thrown: unknown) => this.refused(thrown));
  }

  #planRows(graph: readonly GraphNode[]): void {
    this.#graph = graph;
    this.#current = undefined;
    for (const { name } of graph) if (!this.#rows.has(name)) this.#rows.set(name, { own: undefined, children: [] });
  }

  /** Writes a new state of a task run. Resolves when it is on disk: true, or false where it could not be written. */
  transition(transition: Transition): Promise<boolean> {
    const { run, memory } = transition;
    const shown = { ...transition, run: masked(run), memory: masked(memory) };
    this.#place(shown.run);
    this.#waiting.transitions.push(shown);
    return this.#soon();
  }

  /** Writes that this attempt keeps a task run as an earlier one left it, and shows it as kept. */
  keep(task: TaskRunRecord): void {
    this.#place(task);
    this.#waiting.kept.push(task.id);
    void this.#soon();
  }

  /** Writes the flow run's new state. */
  change(run: FlowRunSummary): Promise<boolean> {
    this.#run = masked(run);
    this.#waiting.changed = true;
    return this.#soon();
  }

  /** Shows something that is not stored: progress. */
  show(run: TaskRunRecord): void {
    this.#place(masked(run));
    void this.#soon();
  }

  log(line: LogRecord): void {
    const shown = masked(line);
    this.#waiting.lines.push(shown);
    for (const reader of this.#readers) reader(shown);
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

  onLine(listener: (line: LogRecord) => void): () => void {
    this.#readers.add(listener);
    return () => this.#readers.delete(listener);
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
    const waiting = this.#waiting;
    this.#waiting = nothingWaiting();
    this.#scheduled = false;
    void this.#write(waiting).then(waiting.settle);
    for (const listener of this.#listeners) listener();
  }

  async #write({ transitions, kept, lines, changed }: Waiting): Promise<boolean> {
    const { store, hold } = this.#setting;
    if (!store || this.lost) return false;
    try {
      const written: Promise<unknown>[] = [];
      if (kept.length > 0) written.push(store.keep(hold, kept));
      if (transitions.length > 0 || changed)
        written.push(store.append(hold, transitions, changed ? { run: this.#run } : undefined));
      if (lines.length > 0) written.push(store.log(hold, lines));
      await Promise.all(written);
      this.confirmed();
      return true;
    } catch (thrown) {
      this.refused(thrown);
      return false;
    }
  }

  /** The store says that the run is still held here. */
  confirmed(): void {
    this.writtenAt = this.#setting.now();
  }

  /** Notes a failure: the values stay usable in this run; its end says that they were not stored. */
  refused(thrown: unknown): void {
    if (!(thrown instanceof RunOwnedError)) this.failure ??= thrown;
    else if (!this.lost) {
      this.lost = thrown;
      this.#setting.onLost(thrown);
    }
  }
}

type Waiting = ReturnType<typeof nothingWaiting>;

/** What the next turn writes, and the one promise for all who wait for it. */
function nothingWaiting() {
  let settle: (durable: boolean) => void = () => {};
  const done = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const kept: string[] = [];
  return { transitions: [] as Transition[], kept, lines: [] as LogRecord[], changed: false, done, settle };
}
