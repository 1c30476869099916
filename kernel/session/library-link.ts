import type { Rerun } from "../../src/contracts/run-comm.js";
import { resultBundle } from "../../src/display/result-bundle.js";
import { stateBundle } from "../../src/display/state-bundle.js";
import type { LiveRun, Surroundings } from "../../src/engine/host/host.js";
import { setSurroundings } from "../../src/engine/host/script-host.js";
import { cancelRun, retryRun } from "../../src/engine/run/live-runs.js";
import { forgetCells } from "../../src/engine/run/top-level-run.js";
import type { Answers } from "../../src/links/calls.js";
import type { Port } from "../../src/links/port.js";
import { Result } from "../../src/result/result.js";
import type { SerializerJson } from "../../src/result/result-serializer.js";
import { runOfState } from "../../src/state/run-of-state.js";
import { resultRecord, stateRecord } from "../../src/state/state-record.js";
import { State } from "../../src/state/states.js";
import type { Store } from "../../src/store/store.js";
import { connectStore } from "../../src/store/store-client.js";
import { TaskCall } from "../../src/task/task-call.js";
import type { SessionCalls, SessionSetup } from "../links/session-calls.js";
import { previewResult } from "../preview/preview-result.js";
import type { MimeBundle } from "../protocol/messages.js";
import { beginCell, type Cell, currentCell, insideContext } from "./cell-context.js";
import { KeyboardInterrupt, toErrorContent } from "./cell-error.js";
import { setImmediate } from "./immediates.js";
import type { Outlet } from "./outlet.js";
import { showRun } from "./run-display.js";

/** What the session does with the library: stands around it, shows its objects, and acts for its buttons. */
export class LibraryLink implements Surroundings {
  private readonly opened: Store;
  /** Runs begun here → the cell that began them last. */
  private readonly cells = new Map<string, Cell>();
  /** Runs that a button runs again: told when each has begun. */
  private readonly retrying = new Map<string, () => void>();
  private readonly interrupts = new Set<AbortController>();

  constructor(
    private readonly setup: SessionSetup,
    storePort: Port,
    private readonly outlet: Outlet,
  ) {
    this.opened = connectStore(storePort);
    setSurroundings(this);
  }

  show(bundle: MimeBundle, options: { displayId?: string; update?: boolean } = {}): void {
    this.outlet.show({ data: bundle, metadata: {} }, options);
  }
  place(): ReturnType<Surroundings["place"]> {
    const cell = currentCell();
    return { file: cell?.notebook ?? this.setup.notebook, cell: cell?.cellId ?? null };
  }
  importFolder(): string {
    return this.setup.folder;
  }
  async store(): Promise<Store> {
    return this.opened;
  }
  began(run: LiveRun): void {
    const { id } = run.current();
    const cell = currentCell();
    if (cell) this.cells.set(id, cell);
    showRun(run, this.outlet, this.retrying.has(id));
    this.retrying.get(id)?.();
  }
  interrupt(): AbortSignal | undefined {
    return currentCell()?.signal;
  }
  inOwnTurn(body: () => void): void {
    setImmediate(body);
  }
  beforeEnd(body: () => Promise<void>): boolean {
    const cell = currentCell();
    if (!cell?.atEnd || cell.signal.aborted) return false;
    cell.atEnd.add(body);
    return true;
  }

  /** How an object of the library looks; undefined for others. A call is run. */
  bundleOf(value: object): MimeBundle | undefined | Promise<MimeBundle> {
    if (value instanceof TaskCall) return value.run().then((state) => stateBundle(stateRecord(state), value.name));
    if (value instanceof State) return stateBundle(stateRecord(value), undefined, runOfState(value));
    return value instanceof Result ? resultBundle(resultRecord(value)) : undefined;
  }

  /** Takes the calls of cells that the person deleted out of the notebook's flow. */
  forgetCells(cells: readonly string[]): void {
    forgetCells(cells);
  }

  /** Interrupts the runs that buttons began. */
  interruptRetries(): void {
    for (const retry of this.interrupts) retry.abort(new KeyboardInterrupt());
  }

  /** The part of the session's answers that concerns runs and results. */
  readonly answers: Pick<Answers<SessionCalls>, "retryRun" | "cancelRun" | "readResult"> = {
    retryRun: async ({ runId, rerun }) => {
      await this.retry(runId, rerun);
      return null;
    },
    cancelRun: ({ runId }) => {
      cancelRun(runId);
      return null;
    },
    readResult: ({ resultId, serializer }) => previewResult(this.opened, resultId, serializer as SerializerJson),
  };

  /** Resolves when the run has begun. What it puts out belongs to the cell that began it before. */
  private async retry(runId: string, rerun: Rerun): Promise<void> {
    const interrupt = new AbortController();
    const before = this.cells.get(runId);
    const begun = new Promise<void>((resolve) => this.retrying.set(runId, resolve));
    this.interrupts.add(interrupt);
    const run = () => retryRun(runId, rerun);
    const cell = before && beginCell(before, interrupt.signal);
    const done = (): void => {
      this.retrying.delete(runId);
      this.interrupts.delete(interrupt);
    };
    const ended = (cell ? insideContext(cell, run) : run()).finally(done);
    let hasBegun = false;
    ended.catch((error: unknown) => hasBegun && this.outlet.error(toErrorContent(error), before?.header ?? null));
    await Promise.race([begun.then(() => (hasBegun = true)), ended]); // what fails before it began is the answer
  }
}
