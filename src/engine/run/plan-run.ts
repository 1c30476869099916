import { NO_RESULT_RECORD } from "../../contracts/records.js";
import type { Flow, RunOptions } from "../../flow/flow.js";
import { graphNodes } from "../../flow/flow-graph.js";
import type { FlowPlan, PlanCounts, PlannedCall } from "../../flow/flow-plan.js";
import type { RememberedTask } from "../../store/task-memory.js";
import { LocalExecutor } from "../executors/local-executor.js";
import { RunJournal } from "../persist/run-journal.js";
import { InputKeys } from "../resume/input-keys.js";
import { callsAgain, type Selection, selectPrevious } from "../resume/selection.js";
import type { CallNode, TaskExecution } from "../task/task-execution.js";
import { systemClock } from "./clock.js";
import { type FlowRunDeps, givenStates, parametersOf, storeOf } from "./flow-run.js";
import { FlowRunner } from "./flow-runner.js";
import { thisOwner } from "./owner.js";
import { readParameters, storedParameters } from "./run-parameters.js";
import { makeScope } from "./run-scope.js";
import { StopSignal } from "./stop-signal.js";

const clock = systemClock;

/**
 * Says what a run would do now: the engine's own steps decide, up to the one that would call a task.
 * Nothing is called and nothing is written.
 */
export async function planFlow(
  flow: Flow,
  options: RunOptions,
  selection: Selection,
  { host }: FlowRunDeps,
): Promise<FlowPlan> {
  const { calls } = flow.graph;
  const place = { ...host.place(), flow: flow.name };
  const given = givenStates(flow, options);
  const again = callsAgain(flow.name, calls, selection);
  const store = await storeOf(options, host);
  const isById = selection.run.kind === "run";
  const early = isById ? {} : await parametersOf(flow, options, {});
  const graph = graphNodes(calls);
  const newId = clock.newId();
  const parts = {
    newId,
    place,
    occurrence: 1,
    choice: selection.run,
    taken: [],
    owner: thisOwner,
    graph,
    now: clock.now(),
  };
  const left = await store?.previousOf({ ...parts, parameters: storedParameters(early) });
  const parameters = isById ? await parametersOf(flow, options, readParameters(left?.parametersText ?? null)) : early;
  const tasks: readonly RememberedTask[] = left?.previous.tasks ?? [];
  const hold = { runId: newId, attempt: 1, ownerId: thisOwner.id };
  const state = {
    v: 1,
    type: "Running",
    message: null,
    timestamp: clock.now(),
    runCount: 0,
    result: NO_RESULT_RECORD,
  } as const;
  const times = { createdAt: clock.now(), startedAt: clock.now(), endedAt: null };
  const run = {
    v: 1,
    id: newId,
    ...place,
    place,
    state,
    attempt: 1,
    kept: 0,
    ran: 0,
    ...times,
    parameters: {},
  } as const;
  const stop = new StopSignal();
  const journal = new RunJournal({ store: null, hold, run, graph, now: clock.now, onLost: () => {} });
  const runner: FlowRunner = new FlowRunner({
    scope: makeScope({
      host,
      store,
      hold,
      journal,
      parameters,
      executor: options.executor ?? flow.options.executor ?? new LocalExecutor(),
      serializer: null,
      limits: {},
      stop,
      clock,
      onPlaces: (change) => runner.changePlaces(change),
    }),
    isPlanned: true,
    journal,
    inputKeys: new InputKeys(parameters),
    observe: () => {},
    maxWaitMs: 0,
    checksGiven: true,
    given: (call) => given.get(call),
    resumeValue: undefined,
    ...selectPrevious(tasks, again, selection),
  });
  runner.add(calls);
  await runner.whenIdle();
  runner.close();
  return planOf(left?.previous.summary.id ?? null, runner.nodes());
}

function planOf(resumes: string | null, nodes: Iterable<CallNode>): FlowPlan {
  const calls = [...nodes].map(plannedCall);
  const counts = calls.reduce<PlanCounts>((sum, { action, children }) => added(sum, children ?? countOf(action)), NONE);
  return { resumes, calls, counts, summary: summaryOf(counts) };
}

const NONE: PlanCounts = { run: 0, reuse: 0, hit: 0 };

const countOf = (action: PlannedCall["action"]): PlanCounts => (action === "skip" ? NONE : { ...NONE, [action]: 1 });

const added = (a: PlanCounts, b: PlanCounts): PlanCounts => ({
  run: a.run + b.run,
  reuse: a.reuse + b.reuse,
  hit: a.hit + b.hit,
});

function plannedCall({ call, execution, children }: CallNode): PlannedCall {
  const { name } = call;
  if (!children) return { name, action: actionOf(execution), reason: execution.reason };
  const counts = children.reduce<PlanCounts>((sum, child) => added(sum, countOf(actionOf(child))), NONE);
  const action = counts.run > 0 ? "run" : counts.hit > 0 ? "hit" : "reuse";
  const reason = children.find((child) => actionOf(child) === action)?.reason ?? null;
  return { name, action, reason, children: counts };
}

function actionOf({ state, executed }: TaskExecution): PlannedCall["action"] {
  if (!state.isFinished()) return "run";
  if (!executed) return "reuse";
  return state.type === "Cached" ? "hit" : "skip";
}

function summaryOf({ run, reuse, hit }: PlanCounts): string {
  const words = [`will run ${run}`];
  if (reuse > 0) words.push(`keeps ${reuse}`);
  if (hit > 0) words.push(`takes ${hit} from the cache`);
  return words.join(", ");
}
