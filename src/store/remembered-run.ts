import type { FlowRunRecord, FlowRunSummary, GraphNode, TaskRunRecord } from "../contracts/records.js";
import type { RememberedTask } from "./task-memory.js";

/** A remembered run as it crosses to another process. */
export interface PackedRun {
  readonly summary: FlowRunSummary;
  readonly graph: readonly GraphNode[];
  /** JSON texts of `RememberedTask[]`, one after another. */
  readonly texts: readonly string[];
}

/**
 * A run with all that resuming needs. Its task runs stay the text that the store keeps until somebody looks at
 * them: a process that only hands a run on parses none.
 */
export class RememberedRun {
  readonly summary: FlowRunSummary;
  readonly graph: readonly GraphNode[];
  #texts: readonly string[];
  #tasks: readonly RememberedTask[] | undefined;

  constructor({ summary, graph, texts }: PackedRun) {
    this.summary = summary;
    this.graph = graph;
    this.#texts = texts;
  }

  /** Its task runs, in graph order, a mapped parent before its children. */
  get tasks(): readonly RememberedTask[] {
    if (!this.#tasks) {
      const tasks = this.#texts.flatMap((text) => JSON.parse(text) as RememberedTask[]);
      // a damaged index leads to rows of other runs
      const own = tasks.filter(({ run }) => run.flowRunId === this.summary.id);
      this.#tasks = inGraphOrder(own, this.graph, ({ run }) => run);
    }
    return this.#tasks;
  }

  get run(): FlowRunRecord {
    return { ...this.summary, graph: this.graph, tasks: this.tasks.map(({ run }) => run) };
  }

  /** What makes it again in another process. */
  packed(): PackedRun {
    return { summary: this.summary, graph: this.graph, texts: this.#texts };
  }
}

/** A mapped parent before its children; calls that the graph no longer has come last. */
export function inGraphOrder<T>(
  tasks: readonly T[],
  graph: readonly GraphNode[],
  runOf: (task: T) => TaskRunRecord,
): readonly T[] {
  const places = new Map(graph.map(({ name }, place) => [name, place]));
  const place = (task: T) => places.get(runOf(task).name) ?? graph.length;
  const child = (task: T) => runOf(task).mapIndex ?? -1;
  return [...tasks].sort((a, b) => place(a) - place(b) || child(a) - child(b));
}
