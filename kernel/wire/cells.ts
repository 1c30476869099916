import type { Header } from "../protocol/messages.js";
import type { Request } from "./outlet.js";

/** The person stopped what ran. */
export class KeyboardInterrupt extends Error {
  override readonly name = "KeyboardInterrupt";
  constructor() {
    super("the cell was interrupted");
  }
}

/** The cell that runs now. */
export interface RunningCell {
  readonly request: Request;
  /** Rejects with KeyboardInterrupt when the person interrupts; never resolves. */
  readonly interrupted: Promise<never>;
}

/** Which cell runs now, which ran last, and how many were counted. */
export class Cells {
  /** The number of the newest counted cell: `[4]` beside it. */
  count = 0;
  private running: { readonly cell: RunningCell; interrupt(): void } | undefined;
  private last: Header | null = null;

  get current(): RunningCell | undefined {
    return this.running?.cell;
  }
  /** The cell that output belongs to when nothing tells better. */
  get forOutput(): Header | null {
    return this.last;
  }

  begin(request: Request): RunningCell {
    let interrupt = (): void => {};
    const interrupted = new Promise<never>((_, reject) => {
      interrupt = () => reject(new KeyboardInterrupt());
    });
    interrupted.catch(() => {}); // nobody may be waiting when the interrupt comes
    const cell = { request, interrupted };
    this.running = { cell, interrupt };
    this.last = request.header;
    return cell;
  }

  end(): void {
    this.running = undefined;
  }

  /** Ends what the running cell waits for in the kernel process: the compiler, a line of input. */
  interrupt(): void {
    this.running?.interrupt();
  }
}
