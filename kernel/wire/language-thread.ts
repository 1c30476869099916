import { Worker } from "node:worker_threads";
import { type Caller, connect } from "../../src/links/calls.js";
import { threadPort } from "../../src/links/port.js";
import type { LanguageCalls, LanguageSetup } from "../links/language-calls.js";

const MAIN = new URL("../language/main.js", import.meta.url);

/** The thread with the TypeScript compiler. Started again by the next call when it has crashed. */
export class LanguageThread {
  private worker: Worker | undefined;
  private call: Caller<LanguageCalls> | undefined;

  constructor(private readonly setup: LanguageSetup) {}

  /** Calls the thread. Calls that are open when it crashes reject. */
  readonly ask: Caller<LanguageCalls> = async (name, ask) => {
    const call = this.call ?? this.start();
    try {
      return await call(name, ask);
    } catch (cause) {
      if (this.call === call) throw cause;
      throw new Error("Cannot use the compiler: its thread crashed and forgot the names of earlier cells", { cause });
    }
  };

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
    const call = connect<LanguageCalls>(threadPort(worker));
    worker.once("exit", () => {
      if (this.call === call) this.call = undefined;
    });
    this.worker = worker;
    this.call = call;
    return call;
  }
}
