import type { Executor } from "../../flow/executor.js";
import { type Flow, type RunOptions, terminalCalls } from "../../flow/flow.js";
import type { FlowResults, FlowState } from "../../flow/flow-results.js";
import { toErrorRecord } from "../../links/error-record.js";
import { storedReferenceOf } from "../../result/stored-result.js";
import { noteRunOf } from "../../state/run-of-state.js";
import { Failed, Pending, Running, State } from "../../state/states.js";
import type { Store } from "../../store/store.js";
import { durationMs } from "../../task/duration.js";
import { resolveParameters } from "../../task/parameter.js";
import { Signal } from "../../task/signals.js";
import { TaskCall } from "../../task/task-call.js";
import { readTemplate } from "../../task/template.js";
import type { Host } from "../host/host.js";
import type { Selection } from "../resume/selection.js";
import { callbackName, isThenable, kindOf, oneLine, StoppedError, settled, stateGiven } from "../task/callbacks.js";
import { stateOfSignal } from "../task/signal-state.js";
import { systemClock } from "./clock.js";
import type { LiveRuns } from "./live-runs.js";
import type { Occurrences } from "./occurrences.js";
import { RunLifecycle } from "./run-lifecycle.js";
import { runObserver } from "./run-observer.js";

const MAX_WAIT = "10s";
const FEW_CALLS = 1000;
const SMALL_BYTES = 16 * 1024 * 1024;

/** What a flow is run in. */
export interface FlowRunDeps {
  readonly host: Host;
  readonly runs: LiveRuns<RunLifecycle>;
  readonly occurrences: Occurrences;
  /** The execution of a cell or script that runs now. */
  readonly execution: () => object;
}

/** How a run is to be begun, besides what its options say. */
export interface FlowRunAsk {
  readonly selection: Selection;
  /** Called when the attempt has begun. @default nothing */
  readonly began?: (run: RunLifecycle) => void;
}

/** Runs a flow and gives the state it reaches. Throws for misuse, and when another process runs or takes over the run. */
export async function runFlow(flow: Flow, options: RunOptions, ask: FlowRunAsk, deps: FlowRunDeps): Promise<FlowState> {
  const { host, runs, occurrences } = deps;
  const place = { ...host.place(), flow: flow.name }; // read now: it may be another cell's turn after an await
  const interrupt = host.interrupt();
  const { occurrence, taken } = occurrences.next(deps.execution(), place);
  const { calls } = flow.graph;
  const given = givenStates(flow, options);
  const reference = referenceCalls(flow);
  const executor = checkedExecutor(flow, options.executor ?? flow.options.executor);
  const store = await storeOf(options, host);
  const observer = runObserver(flow.name, options.onState);
  const run = await RunLifecycle.begin({
    host,
    runs,
    store,
    place,
    occurrence,
    taken,
    mayResumeTaken: options.resume === "failed" || ask.selection.run.kind === "last",
    selection: ask.selection,
    calls,
    parameters: (before) => parametersOf(flow, options, before),
    executor,
    serializer: flow.options.serializer,
    maxWaitMs: durationMs(options.maxWait ?? MAX_WAIT, "maxWait"),
    limits: flow.options.limits ?? {},
    given: (call) => given.get(call),
    checksGiven: true,
    observe: (state, { call, mapIndex }) => observer(state, call, mapIndex),
    // The way back to the flow keeps no run: its values may be large.
    again: (selection, began) => runFlow(flow, options, { selection, began }, deps) as Promise<State>,
  });
  const unfollow = [
    run.stop.follow(options.signal, "The run was cancelled."),
    run.stop.follow(interrupt, "The run was interrupted."),
  ];
  try {
    run.show(ask.began !== undefined);
    ask.began?.(run);
    return await finished(flow, run, reference, observer);
  } finally {
    for (const each of unfollow) each();
    run.end();
  }
}

type Observer = ReturnType<typeof runObserver>;

async function finished(
  flow: Flow,
  run: RunLifecycle,
  reference: readonly TaskCall[],
  observer: Observer,
): Promise<FlowState> {
  const { runner, journal } = run;
  const { calls } = flow.graph;
  const running = await handled(flow, run, new Pending<unknown>({}), new Running<unknown>({}));
  observer(running, null, null);
  let reached = running as FlowState;
  if (running.isRunning()) {
    run.add(calls);
    await runner.whenIdle();
    if (run.isResumed || calls.length <= FEW_CALLS) await runner.readResults(wantedCalls(flow, runner.results()));
    runner.close();
    reached = run.state(terminalCalls(calls), reference);
  } else runner.close();
  const state = running.isRunning() ? ((await handled(flow, run, running, reached as State)) as FlowState) : reached;
  await run.settle(state);
  noteRunOf(state as State, journal.run);
  if (state !== reached || running.isRunning()) observer(state as State, null, null);
  if (state.isFailed()) await notifyFailure(flow, run, state as State);
  if (journal.failure !== undefined) {
    const { message } = toErrorRecord(journal.failure);
    process.emitWarning(`The run of flow "${flow.name}" was not stored: ${message}`, "CellarWarning");
  }
  return state;
}

/**
 * The calls whose reused results are read before the run ends, so that `state.result.get(call).result` gives them:
 * those that the flow's body returned, and all where they are few and small. Others stay stored until
 * `await state.load()`.
 */
function wantedCalls(flow: Flow, results: FlowResults): Set<TaskCall> {
  const wanted = new Set<TaskCall>();
  readTemplate(flow.calls, { call: (call) => wanted.add(call), parameter: () => {} });
  let bytes = 0;
  for (const { _result } of results.values()) bytes += storedReferenceOf(_result)?.bytes ?? 0;
  if (results.size <= FEW_CALLS && bytes <= SMALL_BYTES) for (const call of results.keys()) wanted.add(call);
  return wanted;
}

/** Values over those of the attempt before, validated. */
export async function parametersOf(
  flow: Flow,
  { parameters = {} }: RunOptions,
  before: { readonly [name: string]: unknown },
): Promise<{ readonly [name: string]: unknown }> {
  const declared = flow.graph.parameters;
  const stored = Object.entries(before).filter(([name]) => declared.has(name) && !Object.hasOwn(parameters, name));
  const resolved = await resolveParameters(flow.name, declared, parameters, new Map(stored));
  return resolved;
}

/** States given by call or by name. @throws {TypeError} for a name that the flow does not have, and for what is no State. */
export function givenStates(flow: Flow, { taskStates }: RunOptions): ReadonlyMap<TaskCall, State> {
  const entries: [TaskCall | string, unknown][] =
    taskStates instanceof Map ? [...taskStates] : Object.entries((taskStates ?? {}) as { [name: string]: unknown });
  return new Map(
    entries.map(([of, state]) => {
      const call = typeof of === "string" ? callNamed(flow, of) : callOf(flow, of);
      if (state instanceof State) return [call, state as State];
      throw new TypeError(
        `Cannot run flow "${flow.name}": the state given for "${call.name}" must be a State, not ${kindOf(state)}`,
      );
    }),
  );
}

function callNamed(flow: Flow, name: string): TaskCall {
  const call = flow.graph.calls.find((each) => each.name === name);
  if (!call) throw new TypeError(`Cannot run flow "${flow.name}": it has no call "${name}"`);
  return call;
}

/** @throws {TypeError} for a call of another flow. */
export function callOf(flow: Flow, call: TaskCall): TaskCall {
  if (!(call instanceof TaskCall))
    throw new TypeError(`Cannot run flow "${flow.name}": a call of it is wanted, not ${kindOf(call)}`);
  if (call.owner === flow.graph) return call;
  throw new TypeError(`Cannot run flow "${flow.name}": call "${call.name}" is of flow "${call.owner.flowName}"`);
}

/** The calls whose states decide the flow's. @throws {TypeError} for a call of another flow, before anything runs. */
function referenceCalls(flow: Flow): readonly TaskCall[] {
  const what = callbackName("referenceTasks", "flow", flow.name);
  let calls: unknown;
  try {
    calls = flow.referenceCalls();
  } catch (cause) {
    throw new TypeError(`Cannot use ${what}: it threw ${oneLine(cause)}`, { cause });
  }
  if (!Array.isArray(calls))
    throw new TypeError(`Cannot use ${what}: it must give a list of calls, not ${kindOf(calls)}`);
  return calls.map((call) => callOf(flow, call as TaskCall));
}

/** @throws {TypeError} for an executor that cannot run anything. */
function checkedExecutor(flow: Flow, executor: Executor | undefined): Executor | undefined {
  if (executor === undefined) return undefined;
  const what = `Cannot run flow "${flow.name}": its executor`;
  if (typeof executor?.submit !== "function") throw new TypeError(`${what} has no submit, but is ${kindOf(executor)}`);
  if (!(executor.concurrency >= 1))
    throw new TypeError(`${what} has concurrency ${kindOf(executor.concurrency)}, not 1 or more`);
  return executor;
}

export async function storeOf({ store }: RunOptions, host: Host): Promise<Store | null> {
  if (store === "none") return null;
  return store ?? (await host.store());
}

/** A flow's state handlers, like a task's, may give another state. */
async function handled(flow: Flow, run: RunLifecycle, before: State, after: State): Promise<State> {
  const what = callbackName("a state handler", "flow", flow.name);
  const guard = { stop: run.stop, timeoutMs: null, after: systemClock.after };
  let state = after;
  for (const handler of flow.options.stateHandlers ?? [])
    try {
      const given: unknown = handler(flow, before, state);
      state = stateGiven(what, isThenable(given) ? await settled(what, given, guard) : given) ?? state;
    } catch (thrown) {
      if (thrown instanceof StoppedError) return state;
      if (thrown instanceof Signal) return stateOfSignal(thrown, { loopCount: 1, runCount: 0, now: systemClock.now });
      return new Failed<unknown>({ message: `${what} threw ${oneLine(thrown)}`, result: after._result });
    }
  return state;
}

async function notifyFailure(flow: Flow, run: RunLifecycle, state: State): Promise<void> {
  const what = callbackName("onFailure", "flow", flow.name);
  try {
    const given: unknown = flow.options.onFailure?.(flow, state);
    if (isThenable(given)) await settled(what, given, { stop: run.stop, timeoutMs: null, after: systemClock.after });
  } catch (thrown) {
    if (!(thrown instanceof StoppedError)) process.emitWarning(`${what} threw ${oneLine(thrown)}`, "CellarWarning");
  }
}
