import { textField } from "../protocol/fields.js";
import type { Cells } from "./cells.js";
import type { Outlet, Request } from "./outlet.js";

export interface Question {
  readonly prompt: string;
  readonly password: boolean;
  /** `msg_id` of the cell that asks. */
  readonly cell: string;
}

/** Lines of input that cells wait for. One at a time, asked of the client that runs the cell. */
export class Input {
  private pending: { readonly cell: string; resolve(value: string): void } | undefined;

  constructor(
    private readonly outlet: Outlet,
    private readonly cells: Cells,
  ) {}

  /** @throws {Error} when the cell has ended, its client does not answer, or the person interrupts. */
  async ask({ prompt, password, cell }: Question): Promise<string> {
    const { current } = this.cells;
    if (current?.request.header.msg_id !== cell) throw new Error("Cannot ask for input: the cell has ended");
    if (current.request.content.allow_stdin !== true)
      throw new Error("Cannot ask for input: this client does not answer questions");
    if (this.pending) throw new Error("Cannot ask for input: another question is open");
    const answered = new Promise<string>((resolve) => {
      this.pending = { cell, resolve };
    });
    this.outlet.askInput(current.request, { prompt, password });
    try {
      return await Promise.race([answered, current.interrupted]);
    } finally {
      this.pending = undefined;
    }
  }

  /** Takes a message from the stdin socket. */
  receive({ header, content }: Request): void {
    if (header.msg_type !== "input_reply" || !this.pending) return;
    this.pending.resolve(textField(content, "value"));
  }
}
