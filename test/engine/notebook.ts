import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FlowRunRecord } from "../../src/contracts/records.js";
import type { Engine } from "../../src/engine/engine.js";
import type { Host, LiveRun } from "../../src/engine/host/host.js";
import { installEngine } from "../../src/engine/install.js";
import { openStoreHere } from "../../src/store/open-store.js";
import type { Store } from "../../src/store/store.js";

/** Stands around the library as a kernel does, with a store of its own in a new folder. */
export class Notebook implements Host {
  readonly begun: LiveRun[] = [];
  readonly shown: unknown[] = [];
  /** The engine that runs what its cells call. */
  engine!: Engine;
  #cell: string | null = "cell-1";
  #turn: AbortController | undefined;
  #turns: AbortController[] = [];

  private constructor(
    readonly opened: Store,
    readonly folder: string,
  ) {}

  static async open(): Promise<Notebook> {
    const folder = await mkdtemp(join(tmpdir(), "cellar-engine-"));
    const notebook = new Notebook(await openStoreHere(join(folder, "store.db")), folder);
    notebook.engine = installEngine(notebook);
    return notebook;
  }

  /**
   * Opens one for a test's world. Its tasks refer to the world, and so their source keys cover what it holds: not the
   * notebook, which is no part of anybody's source.
   */
  static async openFor(world: { notebook: Notebook }): Promise<void> {
    const value = await Notebook.open();
    Object.defineProperty(world, "notebook", { value, configurable: true, enumerable: false, writable: true });
  }

  /** Runs code as one execution of a cell; it stays the current one until the next. */
  async cell<T>(id: string | null, body: () => T | Promise<T>): Promise<T> {
    this.#cell = id;
    this.#turn = new AbortController();
    this.#turns = [this.#turn];
    return await body();
  }

  /** The person presses "stop". */
  stop(): void {
    for (const turn of this.#turns) turn.abort();
  }

  /** The runs in the store, newest first. */
  async runs(): Promise<FlowRunRecord[]> {
    const summaries = await this.opened.flowRuns();
    return Promise.all(summaries.map(async ({ id }) => (await this.opened.flowRun(id))!));
  }

  async close(): Promise<void> {
    await this.opened.close();
    await rm(this.folder, { recursive: true });
  }

  show(bundle: unknown): void {
    this.shown.push(bundle);
  }
  place(): ReturnType<Host["place"]> {
    return { file: "notebook.ipynb", cell: this.#cell };
  }
  async store(): Promise<Store> {
    return this.opened;
  }
  began(run: LiveRun): void {
    this.begun.push(run);
  }
  interrupt(): AbortSignal {
    if (this.#turn) return this.#turn.signal;
    const own = new AbortController(); // outside `cell`, whatever asks is an execution of its own
    this.#turns.push(own);
    return own.signal;
  }
}

/** State types of a run's task runs, by name. */
export const typesOf = (run: FlowRunRecord): { [name: string]: string } =>
  Object.fromEntries(
    run.tasks.map(({ name, mapIndex, state, kept }) => [
      mapIndex === null ? name : `${name}[${mapIndex}]`,
      kept ? `${state.type} kept` : state.type,
    ]),
  );
