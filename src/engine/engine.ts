import type { Rerun } from "../contracts/run-comm.js";
import type { Flow, FlowEngine, RunOptions } from "../flow/flow.js";
import type { FlowPlan } from "../flow/flow-plan.js";
import type { FlowState } from "../flow/flow-results.js";
import type { State } from "../state/states.js";
import type { Host } from "./host/host.js";
import { selectionOf } from "./resume/selection.js";
import { callOf, type FlowRunDeps, runFlow } from "./run/flow-run.js";
import { LiveRuns } from "./run/live-runs.js";
import { Occurrences } from "./run/occurrences.js";
import { planFlow } from "./run/plan-run.js";
import type { RunLifecycle } from "./run/run-lifecycle.js";
import { TopLevelCalls } from "./run/top-level-run.js";

/** Runs flows and top-level calls in one host. */
export class Engine implements FlowEngine {
  readonly runs = new LiveRuns<RunLifecycle>();
  readonly topLevel: TopLevelCalls;
  readonly #deps: FlowRunDeps;
  /** A cell's interrupt signal is made anew each time it runs; a script has one execution. */
  readonly #scriptExecution = {};

  constructor(readonly host: Host) {
    const execution = () => host.interrupt() ?? this.#scriptExecution;
    this.#deps = { host, runs: this.runs, occurrences: new Occurrences(), execution };
    this.topLevel = new TopLevelCalls(this.#deps);
  }

  async run(flow: Flow, options: RunOptions): Promise<FlowState> {
    const from = options.from && callOf(flow, options.from);
    const { resume } = options;
    return runFlow(flow, options, { selection: selectionOf({ resume, from }) }, this.#deps);
  }

  async resume(flow: Flow, runId: string, task: string, options: RunOptions): Promise<FlowState> {
    const selection = { run: { kind: "run", id: runId }, rerun: { kind: "resume", task } } as const;
    return runFlow(flow, options, { selection: { ...selection, resumeValue: options.resumeValue } }, this.#deps);
  }

  /** Says what a run would do. Nothing is called or written. */
  async plan(flow: Flow, options: RunOptions): Promise<FlowPlan> {
    const from = options.from && callOf(flow, options.from);
    const { resume } = options;
    return planFlow(flow, options, selectionOf({ resume, from }), this.#deps);
  }

  /**
   * Runs more of a run, in the same run, as its cell.
   * @param began is called when the attempt has begun.
   * @throws {RangeError} when this process did not begin the run.
   */
  async retry(runId: string, rerun: Rerun = { kind: "failed" }, began?: (run: RunLifecycle) => void): Promise<State> {
    return this.runs.get(runId, "retry").again(rerun, began);
  }

  /** Stops a run that is under way. Does nothing when it has ended. @throws {RangeError} when this process did not begin it. */
  cancel(runId: string): void {
    const run = this.runs.get(runId, "cancel");
    if (run.isLive) run.stop.stop("The run was cancelled.");
  }
}
