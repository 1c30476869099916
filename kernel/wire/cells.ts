import type { Header } from "../protocol/messages.js";
import type { Request } from "./outlet.js";

/** The person stopped what ran. */
export class KeyboardInterrupt extends Error {
  override readonly name = "KeyboardInterrupt";
  constructor() {
    super("the cell was interrupted");
  }
}

/** A cell that runs now. */
export interface RunningCell {
  readonly request: Request;
  /** Rejects with KeyboardInterrupt when the person interrupts; never resolves. */
  readonly interrupted: Promise<never>;
}

/** Which cells run now, which began last, and how many were counted: in all shells, as in ipykernel. */
export class Cells {
  /** The number of the newest counted cell: `[4]` beside it. */
  count = 0;
  private readonly running = new Map<RunningCell, () => void>();
  private last: Header | null = null;

  /** The cell of a request, while it runs. */
  find(messageId: string): RunningCell | undefined {
    return [...this.running.keys()].find(({ request }) => request.header.msg_id === messageId);
  }
  /** The cell that output belongs to when nothing tells better: the newest that runs, or that ran. */
  get forOutput(): Header | null {
    return [...this.running.keys()].at(-1)?.request.header ?? this.last;
  }

  begin(request: Request): RunningCell {
    let interrupt = (): void => {};
    const interrupted = new Promise<never>((_, reject) => {
      interrupt = () => reject(new KeyboardInterrupt());
    });
    interrupted.catch(() => {}); // nobody may be waiting when the interrupt comes
    const cell = { request, interrupted };
    this.running.set(cell, interrupt);
    this.last = request.header;
    return cell;
  }

  end(cell: RunningCell): void {
    this.running.delete(cell);
  }

  /** Ends what the running cells wait for in the kernel process: the compiler, a line of input. */
  interrupt(): void {
    for (const interrupt of this.running.values()) interrupt();
  }
}
