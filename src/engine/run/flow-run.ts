import type { Rerun } from "../../contracts/run-comm.js";
import { type Flow, type FlowEngine, type RunOptions, terminalCalls } from "../../flow/flow.js";
import type { FlowResults, FlowState } from "../../flow/flow-results.js";
import { toErrorRecord } from "../../links/error-record.js";
import { storedReferenceOf } from "../../result/stored-result.js";
import { noteRunOf } from "../../state/run-of-state.js";
import { Failed, Pending, Running, type State } from "../../state/states.js";
import type { Store } from "../../store/store.js";
import { durationMs } from "../../task/duration.js";
import { resolveParameters } from "../../task/parameter.js";
import type { TaskCall } from "../../task/task-call.js";
import { readTemplate } from "../../task/template.js";
import type { Surroundings } from "../host/host.js";
import { currentSurroundings } from "../host/script-host.js";
import { callsAgain, recall } from "../resume/selection.js";
import { noteLive } from "./live-runs.js";
import { RunAttempt } from "./run-lifecycle.js";
import { StopSignal } from "./stop-signal.js";

const MAX_WAIT = "10s";
const FEW_CALLS = 1000;
const SMALL_BYTES = 16 * 1024 * 1024;

/** Runs flows in this process. */
export const flowEngine: FlowEngine = {
  run: (flow, options) => runFlow(flow, options, currentSurroundings(), rerunOf(flow, options)),
  resume: (flow, runId, task, options) =>
    runFlow(flow, { ...options, resume: runId }, currentSurroundings(), { kind: "resume", task }),
};

/** What the options ask to run again. @throws {TypeError} for a call of another flow. */
const rerunOf = (flow: Flow, { from }: RunOptions): Rerun =>
  from ? { kind: "from", task: callOf(flow, from).name } : { kind: "failed" };

async function runFlow(flow: Flow, options: RunOptions, around: Surroundings, rerun: Rerun): Promise<FlowState> {
  const place = around.place(); // now: it may be another cell's turn after an await
  const interrupt = around.interrupt();
  const { calls, parameters: declared } = flow.graph;
  const maxWaitMs = durationMs(options.maxWait ?? MAX_WAIT, "maxWait");
  const given = givenStates(flow, options);
  const again = callsAgain(flow.name, calls, rerun);
  const parameters = await resolveParameters(flow.name, declared, options.parameters ?? {});
  const store = await storeOf(options, around);
  const stop = new StopSignal();
  const attempt = await RunAttempt.begin({
    store,
    place: { ...place, flow: flow.name },
    calls,
    parameters,
    resume: options.resume ?? (rerun.kind === "from" ? "last" : "failed"),
    executor: options.executor ?? flow.options.executor,
    serializer: flow.options.serializer,
    maxWaitMs,
    stop,
    given: (call) => given.get(call),
    checksGiven: true,
    recall: (remembered) => recall(remembered, again, rerun),
    tell: (state, { node, mapIndex }) => options.onState?.(state, node.call, mapIndex),
  });
  const runId = attempt.journal.run.id; // the button's way back holds no attempt: its values may be large
  const ended = noteLive(runId, stop, (next) => runFlow(flow, { ...options, resume: runId }, around, next));
  const unfollow = [
    stop.follow(options.signal, "The run was cancelled."),
    stop.follow(interrupt, "The run was interrupted."),
  ];
  try {
    return await finished(flow, attempt, options, around);
  } finally {
    for (const each of unfollow) each();
    ended();
    attempt.journal.end();
  }
}

async function finished(
  flow: Flow,
  attempt: RunAttempt,
  options: RunOptions,
  around: Surroundings,
): Promise<FlowState> {
  const { journal, runner } = attempt;
  around.began(journal);
  const running = await handled(flow, new Pending<unknown>({}), new Running<unknown>({}));
  options.onState?.(running, null, null);
  runner.add(flow.graph.calls);
  await runner.whenIdle();
  if (journal.run.attempt > 1) await runner.readKept(wantedCalls(flow, runner.results()));
  runner.close();
  const reached = attempt.state(terminalCalls(flow.graph.calls), flow.referenceCalls());
  const state = (await handled(flow, running, reached as State)) as FlowState;
  await attempt.write(state);
  noteRunOf(state as State, journal.run);
  options.onState?.(state as State, null, null);
  if (state.isFailed()) await tellFailure(flow, state as State);
  if (journal.failure !== undefined) {
    const { message } = toErrorRecord(journal.failure);
    process.emitWarning(`The run of flow "${flow.name}" was not stored: ${message}`, "CellarWarning");
  }
  return state;
}

/**
 * The calls whose kept results are read before the run ends, so that `state.result.get(call).result` gives them:
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

/** States given by call or by name. @throws {TypeError} for a name that the flow does not have. */
function givenStates(flow: Flow, { taskStates }: RunOptions): ReadonlyMap<TaskCall, State> {
  const entries: [TaskCall | string, State][] =
    taskStates instanceof Map ? [...taskStates] : Object.entries((taskStates ?? {}) as { [name: string]: State });
  return new Map(
    entries.map(([of, state]) => [typeof of === "string" ? callNamed(flow, of) : callOf(flow, of), state]),
  );
}

function callNamed(flow: Flow, name: string): TaskCall {
  const call = flow.graph.calls.find((each) => each.name === name);
  if (!call) throw new TypeError(`Cannot run flow "${flow.name}": it has no call "${name}"`);
  return call;
}

function callOf(flow: Flow, call: TaskCall): TaskCall {
  if (call.owner === flow.graph) return call;
  throw new TypeError(`Cannot run flow "${flow.name}": call "${call.name}" is of flow "${call.owner.flowName}"`);
}

async function storeOf({ store }: RunOptions, around: Surroundings): Promise<Store | null> {
  if (store === "none") return null;
  return store ?? (await around.store());
}

/** A flow's state handlers, like a task's, may give another state. */
async function handled(flow: Flow, before: State, after: State): Promise<State> {
  let state = after;
  for (const handler of flow.options.stateHandlers ?? [])
    try {
      state = (await handler(flow, before, state)) ?? state;
    } catch (thrown) {
      const message = `A state handler threw ${toErrorRecord(thrown).message}`;
      state = new Failed<unknown>({ message, result: after._result });
    }
  return state;
}

async function tellFailure(flow: Flow, state: State): Promise<void> {
  try {
    await flow.options.onFailure?.(flow, state);
  } catch (thrown) {
    process.emitWarning(`onFailure of flow "${flow.name}" threw ${toErrorRecord(thrown).message}`, "CellarWarning");
  }
}
