import { basename, extname } from "node:path";
import type { Place } from "../../contracts/records.js";
import type { Rerun } from "../../contracts/run-comm.js";
import { AmbientFlow } from "../../flow/ambient-flow.js";
import { neededCalls, orderCalls } from "../../flow/call-order.js";
import { terminalCalls } from "../../flow/flow.js";
import type { State } from "../../state/states.js";
import type { RunPlace } from "../../store/begin-ask.js";
import { durationMs } from "../../task/duration.js";
import type { TaskCall } from "../../task/task-call.js";
import type { Surroundings } from "../host/host.js";
import { currentSurroundings } from "../host/script-host.js";
import { callsAgain, recall } from "../resume/selection.js";
import { noteLive } from "./live-runs.js";
import { RunAttempt } from "./run-lifecycle.js";
import { StopSignal } from "./stop-signal.js";

const MAX_WAIT_MS = durationMs("10s", "maxWait");
const SCRIPT = {};

/** One run of a cell's (or the script's) calls: it grows with each that is awaited. */
interface AmbientRun {
  readonly begun: Promise<AmbientAttempt>;
  /** Calls awaited in this turn of the event loop: they are added together. */
  wanted: Set<TaskCall>;
  /** How many awaits are under way. */
  open: number;
  /** Says that the run has come to an end, for now; null while it rests. */
  rest: (() => void) | null;
  readonly restIfIdle: () => Promise<void>;
}

interface AmbientAttempt {
  readonly attempt: RunAttempt;
  readonly flow: AmbientFlow;
  readonly place: RunPlace;
  readonly stop: StopSignal;
}

const flows = new Map<string | null, AmbientFlow>();
const runs = new WeakMap<object, Map<string, AmbientRun>>();
/** States of calls that ended well: they are not run again, whoever awaits them. */
const settled = new WeakMap<TaskCall, State>();

/** The flow that calls outside every other belong to now. */
export function ambientFlow(): AmbientFlow {
  const { file } = currentSurroundings().place();
  let flow = flows.get(file);
  if (!flow) {
    const name = file === null ? "session" : basename(file, extname(file));
    flow = new AmbientFlow(name, executionOfNow, runAmbientCall);
    flows.set(file, flow);
  }
  return flow;
}

/** Takes the calls of deleted cells out of the notebook's flow. What the cells declared stays, as in any REPL. */
export function forgetCells(cells: readonly string[]): void {
  const { file } = currentSurroundings().place();
  for (const cell of cells) flows.get(file)?.forget(placeKey({ file, cell }));
}

const placeKey = ({ file, cell }: Place): string => JSON.stringify([file, cell]);

/** A cell's interrupt signal is made anew each time it runs. */
const turnOf = (around: Surroundings): object => around.interrupt() ?? SCRIPT;

function executionOfNow() {
  const around = currentSurroundings();
  return { place: placeKey(around.place()), turn: turnOf(around) };
}

async function runAmbientCall(call: TaskCall): Promise<State> {
  const known = settled.get(call);
  if (known) return known;
  const around = currentSurroundings();
  const run = runOfNow(around, call);
  run.open += 1;
  run.wanted.add(call);
  try {
    const begun = await run.begun;
    const { attempt } = begun;
    goOn(run, begun, around);
    await attempt.runner.whenFinished(call);
    await attempt.runner.readKept([call]);
    const state = attempt.runner.stateOf(call);
    if (settled.has(call)) settled.set(call, state); // its result is read now
    return state;
  } finally {
    run.open -= 1;
    // Code behind this await may await the next call: then the same run goes on.
    if (!around.beforeEnd?.(run.restIfIdle)) setImmediate(run.restIfIdle);
  }
}

function runOfNow(around: Surroundings, first: TaskCall): AmbientRun {
  const turn = turnOf(around);
  const place = around.place();
  const ofTurn = runs.get(turn) ?? new Map<string, AmbientRun>();
  runs.set(turn, ofTurn);
  const key = JSON.stringify(place);
  let run = ofTurn.get(key);
  if (!run) {
    const begun = beginAmbient(around, place, first);
    const restIfIdle = () => restWhereIdle(made);
    const made: AmbientRun = { begun, wanted: new Set(), open: 0, rest: null, restIfIdle };
    run = made;
    run.begun.catch(() => ofTurn.delete(key)); // the store may be had next time
    ofTurn.set(key, run);
  }
  return run;
}

async function beginAmbient(around: Surroundings, place: Place, first: TaskCall): Promise<AmbientAttempt> {
  const interrupt = around.interrupt();
  const flow = first.owner as AmbientFlow;
  // Clients that send no cell id still run cells: their runs are told apart by the first call.
  const name = place.cell === null && interrupt ? `${flow.flowName}:${first.name}` : flow.flowName;
  const calls = orderCalls(name, neededCalls([first]));
  const rerun: Rerun = { kind: "failed" };
  return openAttempt({ around, flow, place: { ...place, flow: name }, calls, resume: "failed", rerun, interrupt });
}

interface Opening {
  readonly around: Surroundings;
  readonly flow: AmbientFlow;
  readonly place: RunPlace;
  readonly calls: readonly TaskCall[];
  readonly resume: string;
  readonly rerun: Rerun;
  readonly interrupt: AbortSignal | undefined;
}

async function openAttempt(opening: Opening): Promise<AmbientAttempt> {
  const { around, flow, place, calls, resume, rerun, interrupt } = opening;
  const again = callsAgain(place.flow, calls, rerun);
  for (const call of again) settled.delete(call);
  const stop = new StopSignal();
  stop.follow(interrupt, "The run was interrupted.");
  const attempt = await RunAttempt.begin({
    store: await around.store(),
    place,
    calls,
    parameters: flow.parameters,
    resume,
    executor: undefined,
    serializer: undefined,
    maxWaitMs: MAX_WAIT_MS,
    stop,
    given: (call) => settled.get(call),
    checksGiven: false,
    recall: (remembered) => recall(remembered, again, rerun),
    tell: (state, { node, mapIndex }) => {
      if (mapIndex === null && state.isSuccessful()) settled.set(node.call, state);
    },
  });
  return { attempt, flow, place, stop };
}

/** Adds what was awaited since; begins to be seen, and to be Running, where it rested. */
function goOn(run: AmbientRun, begun: AmbientAttempt, around: Surroundings): void {
  const wanted = [...run.wanted];
  if (wanted.length === 0) return;
  run.wanted = new Set();
  const { journal, runner } = begun.attempt;
  runner.add(orderCalls(begun.place.flow, neededCalls(wanted)));
  if (run.rest) return;
  const ended = new Promise<void>((resolve) => {
    const endLive = noteLive(journal.run.id, begun.stop, (rerun) => runAgain(begun, around, rerun));
    run.rest = () => {
      endLive();
      resolve();
    };
  });
  const { state } = journal.run;
  if (state.type !== "Running")
    void journal.change({ ...journal.run, state: { ...state, type: "Running", message: null }, endedAt: null });
  around.began({ current: () => journal.current(), onChange: (listener) => journal.onChange(listener), ended });
}

/** Writes where the run stands once nobody awaits anything of it. */
async function restWhereIdle(run: AmbientRun): Promise<void> {
  if (run.open > 0 || !run.rest) return;
  const { rest } = run;
  run.rest = null;
  await writeState((await run.begun).attempt);
  rest();
}

async function writeState(attempt: RunAttempt): Promise<State> {
  const terminal = terminalCalls([...attempt.runner.results().keys()]);
  const state = attempt.state(terminal, terminal);
  await attempt.write(state);
  return state as State;
}

/** Runs what did not end well of a run whose cell is over: a button asked. */
async function runAgain(before: AmbientAttempt, around: Surroundings, rerun: Rerun): Promise<State> {
  const { attempt: left, flow, place } = before;
  const calls = [...left.runner.results().keys()];
  const resume = left.journal.run.id;
  const begun = await openAttempt({ around, flow, place, calls, resume, rerun, interrupt: around.interrupt() });
  const { attempt } = begun;
  const endLive = noteLive(resume, begun.stop, (next) => runAgain(begun, around, next));
  try {
    around.began(attempt.journal);
    attempt.runner.add(calls);
    await attempt.runner.whenIdle();
    attempt.runner.close();
    return await writeState(attempt);
  } finally {
    endLive();
    attempt.journal.end();
  }
}
