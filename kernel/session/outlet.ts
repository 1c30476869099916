import type { Port } from "../../src/links/port.js";
import { masked, maskText } from "../../src/result/masking.js";
import type { SessionOutput } from "../links/session-calls.js";
import type { ErrorContent, Header, JsonObject, MimeBundle } from "../protocol/messages.js";
import { parentOfOutput } from "./cell-context.js";

/** What goes out as one display. */
export interface Shown {
  readonly data: MimeBundle;
  readonly metadata: JsonObject;
}

type StreamName = "stdout" | "stderr";

/** Text waits at most so long for more, so that 100 000 lines are not as many messages. */
const GATHER_MS = 30;
const MOST_GATHERED = 64 * 1024;

/** The one way out for all that the session shows. Keeps the order in which things were put out. */
export class Outlet {
  private gathered: { readonly parent: Header | null; readonly name: StreamName; text: string } | undefined;
  private lastFlush = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Told when text begins to wait: a cell that spins would hold it back. */
  onGathering: () => void = () => {};

  private ending = false;

  constructor(private readonly port: Port) {}

  /** From now on nothing waits: the process ends. */
  end(): void {
    this.ending = true;
    this.flush();
  }

  /** Text of a stream. The first of a row goes at once. */
  write(name: StreamName, text: string, parent: Header | null = parentOfOutput()): void {
    const open = this.gathered;
    if (open && open.name === name && open.parent?.msg_id === parent?.msg_id) open.text += text;
    else {
      this.flush();
      this.gathered = { parent, name, text };
    }
    const enough = this.gathered!.text.length >= MOST_GATHERED || performance.now() - this.lastFlush >= GATHER_MS;
    if (enough || this.ending) this.flush();
    else if (!this.timer) {
      this.timer = setTimeout(() => this.flush(), GATHER_MS).unref();
      this.onGathering();
    }
  }

  /** Sends the text that waits. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const open = this.gathered;
    if (!open) return;
    this.gathered = undefined;
    this.lastFlush = performance.now();
    this.port.post({ kind: "stream", ...open, text: maskText(open.text) } satisfies SessionOutput);
  }

  /** Shows a bundle, or replaces what `update` says. */
  show(shown: Shown, options: { displayId?: string; update?: boolean; parent?: Header | null } = {}): void {
    this.post({
      kind: "display",
      parent: options.parent === undefined ? parentOfOutput() : options.parent,
      type: options.update ? "update_display_data" : "display_data",
      ...shown,
      displayId: options.displayId ?? null,
      count: null,
    });
  }

  /** Sends anything but stream text. A cell's result travels with the answer that follows it. */
  post(output: Exclude<SessionOutput, { kind: "stream" }>): void {
    this.flush();
    this.port.post(masked(output), output.kind === "display" && output.type === "execute_result" ? "soon" : "now");
  }

  /** Tells an error that happened outside a cell's own execution. */
  error(error: ErrorContent, parent: Header | null = parentOfOutput()): void {
    this.post({ kind: "error", parent, error });
  }
}
