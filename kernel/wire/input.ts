import { textField } from "../protocol/fields.js";
import type { Cells } from "./cells.js";
import type { Outlet, Request } from "./outlet.js";

export interface Question {
  readonly prompt: string;
  readonly password: boolean;
  /** `msg_id` of the cell that asks. */
  readonly cell: string;
}

interface OpenQuestion {
  readonly subshell: string | null;
  resolve(value: string): void;
}

/** Lines of input that cells wait for: one at a time of each cell, asked of the client that runs it. */
export class Input {
  /** By the id of the `input_request`. */
  private readonly open = new Map<string, OpenQuestion>();
  private readonly asking = new Set<string>();

  constructor(
    private readonly outlet: Outlet,
    private readonly cells: Cells,
  ) {}

  /** @throws {Error} when the cell has ended, its client does not answer, or the person interrupts. */
  async ask({ prompt, password, cell }: Question): Promise<string> {
    const running = this.cells.find(cell);
    if (!running) throw new Error("Cannot ask for input: the cell has ended");
    const { request, interrupted } = running;
    if (request.content.allow_stdin !== true)
      throw new Error("Cannot ask for input: this client does not answer questions");
    if (this.asking.has(cell)) throw new Error("Cannot ask for input: another question is open");
    this.asking.add(cell);
    const id = this.outlet.askInput(request, { prompt, password });
    const answered = new Promise<string>((resolve) => {
      this.open.set(id, { subshell: request.header.subshell_id ?? null, resolve });
    });
    try {
      return await Promise.race([answered, interrupted]);
    } finally {
      this.open.delete(id);
      this.asking.delete(cell);
    }
  }

  /** Takes a message from the stdin socket. */
  receive({ header, parent, content }: Request): void {
    if (header.msg_type !== "input_reply") return;
    this.questionOf(parent.msg_id, header.subshell_id ?? null)?.resolve(textField(content, "value"));
  }

  /** Clients may leave the parent out: then it is the question of the shell that the answer names, or the only one. */
  private questionOf(id: string | undefined, subshell: string | null): OpenQuestion | undefined {
    const named = id === undefined ? undefined : this.open.get(id);
    const [first, ...others] = this.open.values();
    return (
      named ??
      [...this.open.values()].find((each) => each.subshell === subshell) ??
      (others.length === 0 ? first : undefined)
    );
  }
}
