import { type Caller, GoneError } from "../links/calls.js";
import { askAgain } from "./ask-again.js";
import type { RunHold } from "./begin-ask.js";
import { type HostProcess, startHost } from "./start-host.js";
import { RunOwnedError } from "./store.js";
import type { StoreCalls } from "./store-calls.js";
import { clientStore } from "./store-client.js";

interface Question {
  readonly name: keyof StoreCalls;
  readonly ask: never;
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** A process that ends so often without an answer in between is not started again: it is what is asked that ends it. */
const MOST_STARTS_IN_VAIN = 3;

/** The store process of this one. When it ends before its time another is started, and asked what it left unanswered. */
export class StoreHost {
  readonly #path: string;
  #process: HostProcess | undefined;
  #isStarting = false;
  #isClosing = false;
  #startsInVain = 0;
  /** Not answered yet, in the order they were asked. */
  readonly #open = new Set<Question>();
  /** Runs that are under way, by id: a new process has to know whose heartbeat it writes. */
  readonly #held = new Map<string, RunHold>();

  private constructor(path: string) {
    this.#path = path;
  }

  /** @param path absolute path of the store's file. @throws {Error} when it cannot be opened. */
  static async start(path: string): Promise<StoreHost> {
    const host = new StoreHost(path);
    while (!host.#process) await host.#startAnother();
    return host;
  }

  readonly call: Caller<StoreCalls> = (name, ask) =>
    new Promise((resolve, reject) => {
      const question = { name, ask: ask as never, resolve: resolve as Question["resolve"], reject };
      this.#open.add(question);
      if (this.#process) void this.#put(question, this.#process);
      else void this.#restart(); // which puts it in its turn
      this.#keepAlive();
    });

  /** Notes that an attempt is under way. */
  hold(hold: RunHold): void {
    this.#held.set(hold.runId, hold);
  }

  /** Notes that an attempt has ended. */
  letGo({ runId }: RunHold): void {
    this.#held.delete(runId);
  }

  /** Resolves when the file is closed and the process has ended. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#process?.end();
  }

  async #put(question: Question, host: HostProcess): Promise<void> {
    try {
      const answer = await host.call(question.name, question.ask);
      this.#startsInVain = 0;
      this.#settle(question, () => question.resolve(answer));
    } catch (error) {
      if (error instanceof GoneError) return; // asked again when another process is there
      this.#settle(question, () => question.reject(error));
    }
  }

  #settle(question: Question, tell: () => void): void {
    this.#open.delete(question);
    tell();
    this.#keepAlive();
  }

  #use(host: HostProcess): void {
    this.#process = host;
    host.onEnd(() => {
      if (this.#process === host) this.#process = undefined;
      if (!this.#isClosing && !this.#isStarting && this.#open.size + this.#held.size > 0) void this.#restart();
    });
    this.#keepAlive();
  }

  /** An open store alone does not keep this process alive; an open question does. */
  #keepAlive(): void {
    if (this.#open.size > 0) this.#process?.ref();
    else this.#process?.unref();
  }

  async #restart(): Promise<void> {
    if (this.#isStarting) return;
    this.#isStarting = true;
    try {
      while (!this.#process) await this.#startAnother();
    } catch (cause) {
      this.#startsInVain = 0; // what stands in the way may be gone next time
      const what = `Cannot use store ${JSON.stringify(this.#path)}: its process ended and does not start again`;
      const error = new Error(`${what}: ${(cause as Error).message}`, { cause });
      for (const question of this.#open) this.#settle(question, () => question.reject(error));
    } finally {
      this.#isStarting = false;
    }
  }

  async #startAnother(): Promise<void> {
    if (this.#startsInVain >= MOST_STARTS_IN_VAIN) {
      const times = `${MOST_STARTS_IN_VAIN} times in a row`;
      throw new Error(`Cannot open store ${JSON.stringify(this.#path)}: its process ended ${times}`);
    }
    this.#startsInVain += 1;
    try {
      const host = await startHost(this.#path);
      host.ref();
      await this.#confirmHeld(host);
      for (const question of this.#open) await this.#putAgain(question, host); // those too that come meanwhile
      this.#startsInVain = 0;
      this.#use(host);
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
    }
  }

  /** The new process writes the heartbeat of what it confirmed. */
  async #confirmHeld(host: HostProcess): Promise<void> {
    const store = clientStore(host.call);
    for (const hold of [...this.#held.values()])
      await store.confirm(hold).catch((error: unknown) => {
        if (!(error instanceof RunOwnedError || error instanceof RangeError)) throw error;
        this.letGo(hold); // the run's own next write is refused, which says why
      });
  }

  async #putAgain(question: Question, host: HostProcess): Promise<void> {
    try {
      const answer = await askAgain(host.call, question.name, question.ask);
      this.#startsInVain = 0;
      this.#settle(question, () => question.resolve(answer));
    } catch (error) {
      if (error instanceof GoneError) throw error;
      this.#settle(question, () => question.reject(error));
    }
  }
}
