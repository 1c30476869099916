import type { MessagePort } from "node:worker_threads";
import type { ControlPing } from "../links/control-calls.js";
import type { MainThread } from "./main-thread.js";

/** How long the main thread may take to answer before it counts as stuck. */
const PATIENCE_MS = 15;
const RETRY_MS = 2;
/** After so many "soon" it is stopped wherever it is. */
const MOST_RETRIES = 10;
/** What an interrupted cell left behind an await may come back and hold the thread: looked for so often, so long. */
const LEFT_OVER_MS = 100;
const LEFT_OVER_LOOKS = 600;

/** Interrupts the running cell, however busy the main thread is. */
export class Interrupts {
  /** Those that the main thread has not been told yet, with the timer that watches it. */
  private readonly open = new Map<number, NodeJS.Timeout>();
  /** Pings that are no interrupt count downwards from -1. */
  private lastLook = 0;
  private lastSeen = 0;
  private looksLeft = 0;

  /** @param told called when the main thread has been told of an interrupt. */
  constructor(
    private readonly mainThread: MainThread,
    private readonly port: MessagePort,
    private readonly told: (interrupt: number) => void,
  ) {}

  begin(interrupt: number): void {
    this.port.postMessage({ ping: interrupt, interrupt: true } satisfies ControlPing);
    this.watch(interrupt, PATIENCE_MS, 0);
  }

  /** The main thread has answered a ping. */
  answered(pong: number): void {
    if (pong < 0) {
      this.lastSeen = pong;
      return;
    }
    clearTimeout(this.open.get(pong));
    this.open.delete(pong);
    this.told(pong);
    if (this.looksLeft === 0) setTimeout(() => this.lookForLeftOver(), LEFT_OVER_MS);
    this.looksLeft = LEFT_OVER_LOOKS;
  }

  /** True while an interrupt is on its way. */
  get underWay(): boolean {
    return this.open.size > 0;
  }

  private watch(interrupt: number, delayMs: number, retries: number): void {
    const look = async (): Promise<void> => {
      const answer = await this.mainThread.stuckCode(`stop(${retries >= MOST_RETRIES})`);
      if (!this.open.has(interrupt)) return;
      const soon = answer === "soon";
      this.watch(interrupt, soon ? RETRY_MS : PATIENCE_MS, soon ? retries + 1 : 0);
    };
    this.open.set(interrupt, setTimeout(look, delayMs));
  }

  private lookForLeftOver(): void {
    this.looksLeft -= 1;
    if (this.looksLeft > 0) setTimeout(() => this.lookForLeftOver(), LEFT_OVER_MS);
    if (this.lastSeen === this.lastLook)
      this.port.postMessage({ ping: --this.lastLook, interrupt: false } satisfies ControlPing);
    else void this.mainThread.stuckCode("stopLeftOver()");
  }
}
