import type { Request } from "./outlet.js";

const RESUME = Symbol("stop aborting");

/** Requests that wait for the cell before them: what was sent first is done first. */
export class CellQueue {
  private readonly entries: (Request | typeof RESUME)[] = [];
  private working = false;
  private aborting = false;
  private closed = false;

  /**
   * @param run handles a request; never rejects.
   * @param abort tells a request's client that it will not be run.
   */
  constructor(
    private readonly run: (request: Request) => Promise<void>,
    private readonly abort: (request: Request) => Promise<void>,
  ) {}

  push(request: Request): void {
    this.add(request);
  }

  /** Aborts the execute requests that are queued now, or lie in the socket; later ones run. */
  async abortQueued(): Promise<void> {
    this.aborting = true;
    // The read loop takes in all that has arrived before the second turn begins.
    for (const _ of [1, 2]) await new Promise((resolve) => setImmediate(resolve));
    this.add(RESUME);
  }

  /** Aborts what is queued, now and for ever; what runs goes on to its end. */
  close(): void {
    this.closed = true;
  }

  private add(entry: Request | typeof RESUME): void {
    this.entries.push(entry);
    if (!this.working) void this.work();
  }

  private async work(): Promise<void> {
    this.working = true;
    for (let entry = this.entries.shift(); entry; entry = this.entries.shift()) {
      if (entry === RESUME) this.aborting = false;
      else if ((this.aborting || this.closed) && entry.header.msg_type === "execute_request") await this.abort(entry);
      else await this.run(entry);
    }
    this.working = false;
  }
}
