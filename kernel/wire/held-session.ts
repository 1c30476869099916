import { newestChild } from "./child-processes.js";

/** An interrupt that is not answered for so long meets native code: a loop is stopped within 100 ms. */
const ANSWER_MS = 1000;
/** How long a program may take to end by itself. */
const CHILD_MS = 1000;

/** What a session can be done to. */
export interface Held {
  readonly pid: number | undefined;
  /** Says something in the cell that runs. */
  tell(text: string): void;
  /** Ends the session. @param reason goes on from "The session". */
  end(reason: string): void;
}

/**
 * Watches a session that was interrupted, for native code that no interrupt reaches. A program that it waits for
 * (`execSync`) is interrupted, as ^C in a terminal does; anything else has to end with the session, and that
 * is for the person to say: by a second interrupt.
 */
export class HeldSession {
  private open: { readonly timer: NodeJS.Timeout; told: boolean } | undefined;

  constructor(private readonly session: Held) {}

  /** The person interrupts. */
  interrupted(): void {
    if (this.open?.told) this.session.end("was ended by a second interrupt, since native code held it");
    this.open ??= { timer: setTimeout(() => void this.look(), ANSWER_MS), told: false };
  }

  /** The session has taken the interrupt, or is gone. */
  answered(): void {
    clearTimeout(this.open?.timer);
    this.open = undefined;
  }

  private async look(): Promise<void> {
    const { open } = this;
    for (const signal of ["SIGINT", "SIGKILL"] as const) if (!(await this.stopChild(signal, open))) break;
    if (!open || open !== this.open) return;
    open.told = true;
    this.session.tell(
      "The session does not answer: native code holds it. Interrupt again to end it; its variables will be gone.\n",
    );
  }

  /** True when there was a child, and the session is held still. */
  private async stopChild(signal: NodeJS.Signals, open: HeldSession["open"]): Promise<boolean> {
    const { pid } = this.session;
    const family = pid === undefined ? [] : await newestChild(pid);
    if (open !== this.open || family.length === 0) return false;
    for (const each of family) {
      try {
        process.kill(each, signal);
      } catch {
        // ESRCH: it has ended meanwhile
      }
    }
    await pause(CHILD_MS);
    return open === this.open;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
