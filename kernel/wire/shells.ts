import { randomUUID } from "node:crypto";
import { textField } from "../protocol/fields.js";
import type { Header } from "../protocol/messages.js";
import type { CellQueue } from "./cell-queue.js";
import type { HandlerTable } from "./dispatch.js";
import type { Request } from "./outlet.js";

/** A request names a subshell that was never made, or is deleted. */
export class UnknownSubshellError extends Error {
  override readonly name = "UnknownSubshellError";
}

/**
 * The main shell and its subshells (JEP 91): each does its requests one after another, beside the others.
 * The session has one thread for user code: shells take turns where code awaits, and a loop holds all of them.
 */
export class Shells {
  private readonly main: CellQueue;
  private readonly children = new Map<string, CellQueue>();
  /** Comms whose `comm_open` waits in a queue: what follows on them stays behind it, whatever shell it names. */
  private readonly opening = new Map<string, CellQueue>();

  constructor(private readonly newQueue: () => CellQueue) {
    this.main = newQueue();
  }

  /** Answers the requests that make, delete and list subshells. */
  readonly handlers: Pick<
    HandlerTable,
    "create_subshell_request" | "delete_subshell_request" | "list_subshell_request"
  > = {
    create_subshell_request: () => {
      const id = randomUUID();
      this.children.set(id, this.newQueue());
      return { status: "ok", subshell_id: id };
    },
    delete_subshell_request: async (content) => {
      const id = textField(content, "subshell_id");
      this.find(id).close();
      this.children.delete(id);
      return { status: "ok" };
    },
    list_subshell_request: () => ({ status: "ok", subshell_id: [...this.children.keys()] }),
  };

  /** Puts a request into the queue of its shell. @throws {UnknownSubshellError} */
  push(request: Request): void {
    const { header, content } = request;
    const own = this.of(header);
    const commId = header.msg_type.startsWith("comm_") ? String(content.comm_id) : undefined;
    const queue = (commId !== undefined && this.opening.get(commId)) || own;
    if (header.msg_type === "comm_open" && commId !== undefined) this.opening.set(commId, queue);
    queue.push(request);
  }

  /** A request has been handled. */
  handled({ header, content }: Request): void {
    if (header.msg_type === "comm_open") this.opening.delete(String(content.comm_id));
  }

  /**
   * The queue of a request's shell. A comm message of a subshell that is gone goes to the main one: JupyterLab sends
   * such ones after a restart and where one comm's end deletes the subshell of the next, and no reply could refuse them.
   * @throws {UnknownSubshellError}
   */
  of({ subshell_id: id, msg_type }: Header): CellQueue {
    if (id === undefined || id === null) return this.main;
    return msg_type.startsWith("comm_") ? (this.children.get(id) ?? this.main) : this.find(id);
  }

  /** Aborts the cells that are queued behind this request. */
  async abortQueued({ subshell_id: id }: Header): Promise<void> {
    const queue = id === undefined || id === null ? this.main : this.children.get(id);
    await queue?.abortQueued(); // a deleted subshell has aborted its cells
  }

  private find(id: string): CellQueue {
    const queue = this.children.get(id);
    if (!queue) throw new UnknownSubshellError(`Cannot use subshell ${JSON.stringify(id)}: there is none of that id`);
    return queue;
  }
}
