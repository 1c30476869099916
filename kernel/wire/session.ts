import type { Caller } from "../../src/links/calls.js";
import type { SessionCalls } from "../links/session-calls.js";
import type { DebugRequest, DebugResponse } from "../protocol/debug-messages.js";
import type { SessionListener, SessionProcess } from "./session-process.js";

/** The session's process ended while it was needed; the message tells how. */
export class SessionEndedError extends Error {
  override readonly name = "SessionEnded";
}

/** The session through all its lives: begun again by the next cell after its process has ended. */
export class Session {
  private life: SessionProcess | undefined;
  private obituary: string | null = null;
  private lastInterrupt = 0;
  private prepared: Promise<void> = Promise.resolve();

  /**
   * @param begin starts a process that tells `listener` what it does.
   * @param prepare what a process is asked before it runs a first cell; never rejects.
   */
  constructor(
    private readonly begin: (listener: SessionListener) => SessionProcess,
    private readonly listener: SessionListener,
    private readonly prepare: (life: Pick<SessionProcess, "debug">) => Promise<void> = async () => {},
  ) {}

  /** Starts a process unless one runs. Gives how the one before ended, once; null when none did. */
  renew(): string | null {
    this.wake();
    const ended = this.obituary;
    this.obituary = null;
    return ended;
  }

  /** Starts a process unless one runs; how the one before ended is left for a cell to tell. */
  wake(): void {
    if (this.life) return;
    const life = this.begin({
      ...this.listener,
      ended: (reason) => {
        this.life = undefined;
        this.obituary = reason;
        this.listener.ended(reason);
      },
    });
    this.life = life;
    this.prepared = life.ready.then(() => this.prepare(life));
  }

  /** True while a process runs. */
  get alive(): boolean {
    return this.life !== undefined;
  }

  /** Resolves when the session can run cells. @throws {SessionEndedError} when its process ends before. */
  async ready(): Promise<void> {
    const life = this.living();
    await Promise.race([this.prepared, endOf(life)]);
  }

  /** Calls the session once it is ready. @throws {SessionEndedError} when its process ends before it answers. */
  readonly ask: Caller<SessionCalls> = async (name, ask) => {
    const life = this.living();
    await this.ready();
    try {
      return await life.ask(name, ask);
    } catch (error) {
      if (life.connected) throw error;
      return endOf(life); // the link rejects before it is known how the process ended
    }
  };

  /** Asks the debugger, which no cell blocks. @throws {SessionEndedError} when the process ends before it answers. */
  async debug(request: DebugRequest): Promise<DebugResponse> {
    const life = this.living();
    await this.ready();
    return Promise.race([life.debug(request), endOf(life)]);
  }

  /** Interrupts what the session runs, and leaves its variables. */
  interrupt(): void {
    this.life?.interrupt(++this.lastInterrupt, false);
  }

  /** Says an interrupt again that may have come before there was anything to stop. */
  insist(): void {
    this.life?.interrupt(++this.lastInterrupt, true);
  }

  /** Resolves when all that the session's processes wrote until now has been handed on. */
  async drained(): Promise<void> {
    await this.life?.drained();
  }

  async stop(): Promise<void> {
    await this.life?.stop();
  }

  private living(): SessionProcess {
    if (!this.life) throw new SessionEndedError("no session runs");
    return this.life;
  }
}

async function endOf(life: SessionProcess): Promise<never> {
  const reason = await life.ended;
  await life.drained();
  throw new SessionEndedError(`session ${reason}`);
}
