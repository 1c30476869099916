import { basename, extname } from "node:path";
import type { Place } from "../../contracts/records.js";
import { AmbientFlow } from "../../flow/ambient-flow.js";
import { neededCalls, orderCalls } from "../../flow/call-order.js";
import { terminalCalls } from "../../flow/flow.js";
import type { State } from "../../state/states.js";
import type { RunPlace } from "../../store/begin-ask.js";
import { durationMs } from "../../task/duration.js";
import type { TaskCall } from "../../task/task-call.js";
import { callsAgain, type Selection } from "../resume/selection.js";
import type { FlowRunDeps } from "./flow-run.js";
import { RunLifecycle } from "./run-lifecycle.js";

const MAX_WAIT_MS = durationMs("10s", "maxWait");

/** One run of a cell's (or the script's) calls: it grows with each that is awaited. */
interface TopLevelRun {
  readonly begun: Promise<RunLifecycle>;
  /** Calls awaited in this turn of the event loop: they are added together. */
  wanted: Set<TaskCall>;
  /** How many awaits are under way. */
  open: number;
  /** Whether something was awaited since the run settled last. */
  isAwake: boolean;
  readonly settleIfIdle: () => Promise<void>;
}

/** Runs calls that stand outside every flow: those of one execution of a cell are one run. */
export class TopLevelCalls {
  readonly #flows = new Map<string | null, AmbientFlow>();
  readonly #runs = new WeakMap<object, Map<string, TopLevelRun>>();
  /** States of calls that ended well: they are not run again, whoever awaits them. */
  readonly #settled = new WeakMap<TaskCall, State>();

  constructor(private readonly deps: FlowRunDeps) {}

  /** The flow that calls outside every other belong to now. */
  flow(): AmbientFlow {
    const { file } = this.deps.host.place();
    let flow = this.#flows.get(file);
    if (!flow) {
      const name = file === null ? "session" : basename(file, extname(file));
      const execution = () => ({ place: placeKey(this.deps.host.place()), turn: this.deps.execution() });
      flow = new AmbientFlow(name, execution, (call) => this.#run(call));
      this.#flows.set(file, flow);
    }
    return flow;
  }

  /** Takes the calls of deleted cells out of the notebook's flow. What the cells declared stays, as in any REPL. */
  forgetCells(cells: readonly string[]): void {
    const { file } = this.deps.host.place();
    for (const cell of cells) this.#flows.get(file)?.forget(placeKey({ file, cell }));
  }

  async #run(call: TaskCall): Promise<State> {
    const known = this.#settled.get(call);
    if (known) return known;
    const run = this.#runOfNow(call);
    run.open += 1;
    run.wanted.add(call);
    try {
      const lifecycle = await run.begun;
      await this.#addWanted(run, lifecycle);
      const { runner, journal } = lifecycle;
      await runner.whenFinished(call);
      await runner.readResults([call]);
      if (journal.lost) throw journal.lost;
      const state = runner.stateOf(call);
      if (this.#settled.has(call)) this.#settled.set(call, state); // its result is read now
      return state;
    } finally {
      run.open -= 1;
      // Code behind this await may await the next call: that one joins the same run.
      if (!this.deps.host.beforeEnd?.(run.settleIfIdle)) setImmediate(run.settleIfIdle);
    }
  }

  #runOfNow(first: TaskCall): TopLevelRun {
    const turn = this.deps.execution();
    const place = this.deps.host.place();
    const ofTurn = this.#runs.get(turn) ?? new Map<string, TopLevelRun>();
    this.#runs.set(turn, ofTurn);
    const key = placeKey(place);
    const known = ofTurn.get(key);
    if (known) return known;
    const begun = this.#begin(place, first);
    const run: TopLevelRun = {
      begun,
      wanted: new Set(),
      open: 0,
      isAwake: false,
      settleIfIdle: () => this.#settleWhereIdle(run),
    };
    begun.catch(() => ofTurn.delete(key)); // the store may be had next time
    ofTurn.set(key, run);
    return run;
  }

  #begin(place: Place, first: TaskCall): Promise<RunLifecycle> {
    const flow = first.owner as AmbientFlow;
    // Clients that send no cell id still run cells: their runs are told apart by the first call.
    const isCell = this.deps.host.interrupt() !== undefined;
    const name = place.cell === null && isCell ? `${flow.flowName}:${first.name}` : flow.flowName;
    const calls = orderCalls(name, neededCalls([first]));
    const selection: Selection = { run: { kind: "unsuccessful" }, rerun: { kind: "failed" } };
    return this.#open({ ...place, flow: name }, flow, calls, selection);
  }

  async #open(
    place: RunPlace,
    flow: AmbientFlow,
    calls: readonly TaskCall[],
    selection: Selection,
  ): Promise<RunLifecycle> {
    const { host, runs, occurrences } = this.deps;
    const interrupt = host.interrupt();
    const again = callsAgain(place.flow, calls, selection);
    for (const call of calls) if (again.has(call.name)) this.#settled.delete(call);
    const run = await RunLifecycle.begin({
      host,
      runs,
      store: await host.store(),
      place,
      ...occurrences.next(this.deps.execution(), place),
      mayResumeTaken: false,
      calls,
      selection,
      parameters: () => flow.parameters,
      executor: undefined,
      serializer: undefined,
      maxWaitMs: MAX_WAIT_MS,
      limits: {},
      given: (call) => this.#settled.get(call),
      checksGiven: false,
      observe: (state, { call, mapIndex }) => {
        if (mapIndex === null && state.isSuccessful()) this.#settled.set(call, state);
      },
      again: (next, began) => this.#runAgain(run, place, flow, next, began),
    });
    run.stop.follow(interrupt, "The run was interrupted.");
    return run;
  }

  /** Adds what was awaited since; the run is shown, and Running, from the first on. */
  async #addWanted(run: TopLevelRun, lifecycle: RunLifecycle): Promise<void> {
    const wanted = [...run.wanted];
    if (wanted.length === 0) return;
    run.wanted = new Set();
    lifecycle.add(orderCalls(lifecycle.journal.run.flow, neededCalls(wanted)));
    if (run.isAwake) return;
    run.isAwake = true;
    void lifecycle.wake();
    lifecycle.show(false);
  }

  /** Writes the run's state once nobody awaits anything of it. */
  async #settleWhereIdle(run: TopLevelRun): Promise<void> {
    if (run.open > 0 || !run.isAwake) return;
    run.isAwake = false;
    const lifecycle = await run.begun;
    await settle(lifecycle);
    if (!run.isAwake) lifecycle.end();
  }

  /** Runs more of a run whose cell is over: a button asked. */
  async #runAgain(
    before: RunLifecycle,
    place: RunPlace,
    flow: AmbientFlow,
    selection: Selection,
    began: (run: RunLifecycle) => void,
  ): Promise<State> {
    const calls = [...before.runner.results().keys()];
    const run = await this.#open(place, flow, calls, selection);
    try {
      run.show(true);
      began(run);
      run.add(calls);
      await run.runner.whenIdle();
      run.runner.close();
      return await settle(run);
    } finally {
      run.end();
    }
  }
}

const placeKey = ({ file, cell }: Place): string => JSON.stringify([file, cell]);

async function settle(run: RunLifecycle): Promise<State> {
  const terminal = terminalCalls([...run.runner.results().keys()]);
  const state = run.state(terminal, terminal);
  await run.settle(state);
  return state as State;
}
