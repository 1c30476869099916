import type { Rerun } from "../../src/contracts/run-comm.js";
import { resultBundle } from "../../src/display/result-bundle.js";
import { stateBundle } from "../../src/display/state-bundle.js";
import type { Engine } from "../../src/engine/engine.js";
import type { Host, LiveRun, RunThere } from "../../src/engine/host/host.js";
import { installEngine } from "../../src/engine/install.js";
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
import { beginCell, currentCell, insideContext, parentOfOutput } from "./cell-context.js";
import { KeyboardInterrupt, toErrorContent } from "./cell-error.js";
import { setImmediate } from "./immediates.js";
import type { Outlet } from "./outlet.js";
import { showRun } from "./run-display.js";

/** What the session does with the library: stands around it, shows its objects, and acts for its buttons. */
export class LibraryLink implements Host {
  private readonly opened: Store;
  private readonly engine: Engine;
  private readonly interrupts = new Set<AbortController>();

  constructor(
    private readonly setup: SessionSetup,
    storePort: Port,
    private readonly outlet: Outlet,
  ) {
    this.opened = connectStore(storePort);
    this.engine = installEngine(this);
  }

  show(bundle: MimeBundle, options: { displayId?: string; update?: boolean } = {}): void {
    this.outlet.show({ data: bundle, metadata: {} }, options);
  }
  place(): ReturnType<Host["place"]> {
    const cell = currentCell();
    return { file: cell?.notebook ?? this.setup.notebook, cell: cell?.cellId ?? null };
  }
  importFolder(): string {
    return this.setup.folder;
  }
  async store(): Promise<Store> {
    return this.opened;
  }
  began(run: LiveRun, again: boolean): void {
    showRun(run, this.outlet, again);
  }
  here(): RunThere {
    const cell = currentCell();
    return (body, signal) => (cell ? insideContext(beginCell(cell, signal), body) : body());
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
    this.engine.topLevel.forgetCells(cells);
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
      this.engine.cancel(runId);
      return null;
    },
    readResult: ({ resultId, serializer }) => previewResult(this.opened, resultId, serializer as SerializerJson),
  };

  /** Resolves when the run has begun. What it puts out belongs to the cell that began it before. */
  private async retry(runId: string, rerun: Rerun): Promise<void> {
    const interrupt = new AbortController();
    const { there } = this.engine.runs.get(runId, "retry");
    this.interrupts.add(interrupt);
    let hasBegun = false;
    let parent: ReturnType<typeof parentOfOutput> = null;
    const begun = new Promise<void>((resolve, reject) => {
      const began = (): void => {
        hasBegun = true;
        resolve();
      };
      const ended = there(() => {
        parent = parentOfOutput();
        return this.engine.retry(runId, rerun, began);
      }, interrupt.signal);
      ended
        .catch((error: unknown) => {
          if (!hasBegun) throw error; // what fails before it began is the answer
          this.outlet.error(toErrorContent(error), parent);
        })
        .finally(() => this.interrupts.delete(interrupt))
        .then(() => resolve(), reject);
    });
    await begun;
  }
}
