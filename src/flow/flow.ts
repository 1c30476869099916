import { inspect } from "node:util";
import { DISPLAY } from "../display/display-symbol.js";
import type { MimeBundle } from "../display/mime-bundle.js";
import type { ResultSerializer } from "../result/result-serializer.js";
import type { State } from "../state/states.js";
import type { Store } from "../store/store.js";
import { insideOwner } from "../task/call-owner.js";
import type { Duration } from "../task/duration.js";
import { checkOptions } from "../task/known-options.js";
import { TaskCall } from "../task/task-call.js";
import type { StateHandler } from "../task/task-definition.js";
import type { Executor } from "./executor.js";
import { FlowGraph } from "./flow-graph.js";
import type { FlowPlan } from "./flow-plan.js";
import type { FlowState } from "./flow-results.js";
import { checkLimits, type Limits } from "./limits.js";
import { type VisualizeOptions, visualize } from "./visualize.js";

/** Rules for a flow. */
export interface FlowOptions<C = unknown> {
  /** Calls whose states decide the flow's. @default those that no other waits for */
  readonly referenceTasks?: (calls: C) => readonly TaskCall[];
  /** Told of each change of the flow's state; what one returns takes its place. @default [] */
  readonly stateHandlers?: readonly StateHandler<Flow>[];
  /** Called once when a run has ended in a failed state. What it throws is told as a warning. */
  readonly onFailure?: (flow: Flow, state: State) => void | Promise<void>;
  /** Where its tasks are called. @default a LocalExecutor */
  readonly executor?: Executor;
  /** For results of tasks that name none. @default ValueSerializer */
  // biome-ignore lint/suspicious/noExplicitAny: it serializes whatever the tasks give
  readonly serializer?: ResultSerializer<any>;
  /** How many of its tasks with a tag, or of a name, are called at once or a second. @default the executor's alone */
  readonly limits?: Limits;
}

/** How one run is to go. */
export interface RunOptions {
  /** Values of the flow's parameters, by name. @default {} */
  readonly parameters?: { readonly [name: string]: unknown };
  /**
   * "failed" resumes the newest run of this place that has the same parameters, when it did not succeed; "never"
   * begins a new one; a run's id resumes that one.
   * @default "failed", except that runs of one execution of a cell or script do not resume each other
   */
  readonly resume?: "failed" | "never" | (string & {});
  /** Runs this call and all that wait for it, and keeps the rest of the last run. */
  readonly from?: TaskCall;
  /** States to begin with, by call or by name; finished ones are kept. */
  readonly taskStates?: ReadonlyMap<TaskCall | string, State> | { readonly [name: string]: State };
  /** Where the tasks are called. @default the flow's */
  readonly executor?: Executor;
  /** Where the run is kept; "none": nowhere. @default the store of the place */
  readonly store?: Store | "none";
  /** Cancels the run when it aborts. @default none */
  readonly signal?: AbortSignal;
  /** Told of each state of a task (with its call) and of the flow (without). */
  readonly onState?: (state: State, call: TaskCall | null, mapIndex: number | null) => void;
  /** Of `resume`: what the paused task is given as `context().resumeValue`. @default undefined */
  readonly resumeValue?: unknown;
  /** How long to wait for a retry while nothing else runs. @default "10s" */
  readonly maxWait?: Duration;
}

const FLOW_OPTIONS: readonly (keyof FlowOptions)[] = [
  "referenceTasks",
  "stateHandlers",
  "onFailure",
  "executor",
  "serializer",
  "limits",
];
const RUN_OPTIONS: readonly (keyof RunOptions)[] = [
  "parameters",
  "resume",
  "from",
  "taskStates",
  "executor",
  "store",
  "signal",
  "onState",
  "resumeValue",
  "maxWait",
];
const MOST_DRAWN = 400;

/** A graph of calls with a name, ready to run. */
export class Flow<C = unknown> {
  /** What the body returned: the calls by their names. */
  readonly calls: C;

  constructor(
    /** As it was named; with the notebook and the cell it says where a run belongs. */
    readonly name: string,
    /** Its calls in the order in which they were made. */
    readonly graph: FlowGraph,
    calls: C,
    /** As they were given. */
    readonly options: FlowOptions<never>,
  ) {
    this.calls = calls;
    Object.freeze(this);
  }

  /**
   * Runs the flow and gives the state it reached, whatever its tasks do.
   * @throws {TypeError} on misuse, before any task runs: a parameter that is missing, unknown or invalid.
   */
  async run(options: RunOptions = {}): Promise<FlowState> {
    checkOptions(`run flow "${this.name}"`, options, RUN_OPTIONS);
    return engineOf(this.name).run(this, options);
  }

  /** Resumes a run of this flow whose task is Paused. */
  async resume(runId: string, taskName: string, options: Omit<RunOptions, "resume"> = {}): Promise<FlowState> {
    checkOptions(`resume flow "${this.name}"`, options, RUN_OPTIONS);
    return engineOf(this.name).resume(this, runId, taskName, options);
  }

  /** Says what `run` with these options would run, reuse or take from the cache, and why. Nothing runs. */
  async plan(
    options: Pick<RunOptions, "parameters" | "resume" | "from" | "taskStates" | "store"> = {},
  ): Promise<FlowPlan> {
    checkOptions(`plan flow "${this.name}"`, options, RUN_OPTIONS);
    return engineOf(this.name).plan(this, options);
  }

  /** The calls whose states decide the flow's. */
  referenceCalls(): readonly TaskCall[] {
    return this.options.referenceTasks?.(this.calls as never) ?? terminalCalls(this.graph.calls);
  }

  /** The graph of its calls as a picture, or as text that Mermaid or Graphviz draws. */
  visualize(options: VisualizeOptions = {}): string {
    return visualize(this.name, this.graph.calls, options);
  }

  /** In a notebook a flow shows its graph; one too large to be looked at, its size. */
  [DISPLAY](): MimeBundle {
    const text = { "text/plain": inspect(this) };
    return this.graph.calls.length > MOST_DRAWN ? text : { "image/svg+xml": this.visualize(), ...text };
  }

  /** How it looks in a terminal. */
  [inspect.custom](): string {
    const { length } = this.graph.calls;
    return `Flow ${JSON.stringify(this.name)} (${length} ${length === 1 ? "call" : "calls"})`;
  }
}

/** What runs flows. It stands a floor above and installs itself when it is loaded. */
export interface FlowEngine {
  run(flow: Flow, options: RunOptions): Promise<FlowState>;
  plan(flow: Flow, options: RunOptions): Promise<FlowPlan>;
  resume(flow: Flow, runId: string, taskName: string, options: RunOptions): Promise<FlowState>;
}

let engine: FlowEngine | undefined;

export function setFlowEngine(installed: FlowEngine): void {
  engine = installed;
}

function engineOf(flowName: string): FlowEngine {
  if (!engine) throw new Error(`Cannot run flow "${flowName}": the engine is not loaded`);
  return engine;
}

/**
 * Builds a flow: `body` describes its graph by calling tasks.
 * @throws {TypeError} when the body is async, or when its calls cannot be put in an order.
 */
export function flow<C>(name: string, body: () => C, options: FlowOptions<C> = {}): Flow<C> {
  if (typeof name !== "string" || name === "") throw new TypeError("Cannot build a flow: its name is empty");
  if (typeof body !== "function") throw new TypeError(`Cannot build flow "${name}": it has no body`);
  checkOptions(`build flow "${name}"`, options, FLOW_OPTIONS);
  checkLimits(`build flow "${name}"`, options.limits);
  if (body.constructor.name === "AsyncFunction") throw new TypeError(asyncBody(name));
  const graph = new FlowGraph(name);
  const calls = insideOwner(graph, body);
  if (isThenable(calls) && !(calls instanceof TaskCall)) throw new TypeError(asyncBody(name));
  graph.close();
  return new Flow(name, graph, calls, options);
}

/** Those that no other call waits for. */
export function terminalCalls(calls: readonly TaskCall[]): TaskCall[] {
  const waitedFor = new Set(calls.flatMap((call) => [...call.upstream]));
  return calls.filter((call) => !waitedFor.has(call));
}

const asyncBody = (name: string): string =>
  `Cannot build flow "${name}": its body is async; a body describes the graph and is synchronous, the tasks may be async`;

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}
