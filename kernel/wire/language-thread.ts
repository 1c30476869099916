import { Worker } from "node:worker_threads";
import { type Caller, connect, notify } from "../../src/links/calls.js";
import { type Port, threadPort } from "../../src/links/port.js";
import type { LanguageCalls, LanguageSetup } from "../links/language-calls.js";

const MAIN = new URL("../language/main.js", import.meta.url);

/** The thread with the TypeScript compiler. Started again by the next call when it has crashed. */
export class LanguageThread {
  private worker: Worker | undefined;
  private call: Caller<LanguageCalls> | undefined;
  private port: Port | undefined;
  private readonly settled: LanguageCalls["settle"]["ask"][] = [];

  constructor(private readonly setup: LanguageSetup) {}

  /** Calls the thread. Calls that are open when it crashes reject. */
  readonly ask: Caller<LanguageCalls> = async (name, ask) => {
    const call = this.call ?? this.start();
    this.tellSettled();
    try {
      return await call(name, ask);
    } catch (cause) {
      if (this.call === call) throw cause;
      throw new Error("Cannot use the compiler: its thread crashed and forgot the names of earlier cells", { cause });
    }
  };

  /**
   * Tells that cells have ended: before whatever the thread is asked next, but not in the way of what this process does
   * now. A thread that crashed meanwhile has forgotten the cells.
   */
  readonly settle = (ask: LanguageCalls["settle"]["ask"]): void => {
    this.settled.push(ask);
    if (this.settled.length === 1) setImmediate(() => this.tellSettled());
  };

  private tellSettled(): void {
    for (const ask of this.settled.splice(0)) if (this.port) notify<LanguageCalls, "settle">(this.port, "settle", ask);
  }

  /** Starts the thread, so that the first cell need not wait for it. */
  warmUp(): void {
    this.ask("warmUp", {}).catch(() => {}); // the first cell meets the same error and shows it
  }

  async stop(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Caller<LanguageCalls> {
    const worker = new Worker(MAIN, { workerData: this.setup });
    worker.once("error", (error) => {
      process.stderr.write(`The language thread crashed: ${error.stack ?? error.message}\n`);
    });
    const port = threadPort(worker);
    const call = connect<LanguageCalls>(port);
    worker.once("exit", () => {
      if (this.call !== call) return;
      this.call = undefined;
      this.port = undefined;
    });
    this.worker = worker;
    this.call = call;
    this.port = port;
    return call;
  }
}
