import type { ChildProcess } from "node:child_process";
import type { MessagePort, Worker } from "node:worker_threads";

/** One end of a way for messages between threads or processes. Messages must survive structured clone. */
export interface Port {
  /** @param when "soon" lets the message wait for the next one of this turn, to travel in one piece. @default "now" */
  post(message: unknown, when?: "now" | "soon"): void;
  onMessage(listener: (message: unknown) => void): void;
  /** The other end is gone. Called once; at once when it already is. */
  onClose(listener: () => void): void;
}

/** The way to a worker thread, or, inside one, `parentPort`. */
export function threadPort(thread: Worker | MessagePort): Port {
  const closed = closing();
  thread.on("close", closed.fire);
  thread.on("exit", closed.fire);
  return {
    post: (message) => thread.postMessage(message),
    onMessage: (listener) => void thread.on("message", listener),
    onClose: closed.add,
  };
}

/** The IPC channel to a forked child, or, inside one, `process`. Fork with `serialization: "advanced"`. */
export function processPort(end: ChildProcess | NodeJS.Process): Port {
  const closed = closing();
  end.on("disconnect", closed.fire);
  if (!end.connected) closed.fire();
  const listeners: ((message: unknown) => void)[] = [];
  const receive = (piece: Piece): void => {
    for (const message of piece) for (const listener of listeners) listener(message);
  };
  const waiting: unknown[] = [];
  const flush = (): void => {
    const piece: Piece = waiting.splice(0);
    // What goes to an end that just died is dropped by design: onClose tells whoever waits.
    if (piece.length > 0 && end.connected) end.send!(piece, undefined, undefined, () => {});
  };
  return {
    post(message, when = "now") {
      waiting.push(message);
      if (when === "now") flush();
      else if (waiting.length === 1) process.nextTick(flush);
    },
    onMessage(listener) {
      if (listeners.length === 0) end.on("message", receive as (message: unknown) => void);
      listeners.push(listener);
    },
    onClose: closed.add,
  };
}

/** What crosses to another process in one piece: messages in their order. */
type Piece = unknown[];

/** One of several named conversations on the same port; both ends use the same name. */
export function channel(port: Port, name: string): Port {
  return {
    post: (message, when) => port.post({ channel: name, message }, when),
    onMessage: (listener) =>
      port.onMessage((envelope) => {
        const { channel: to, message } = envelope as { channel?: string; message: unknown };
        if (to === name) listener(message);
      }),
    onClose: (listener) => port.onClose(listener),
  };
}

function closing() {
  const listeners: (() => void)[] = [];
  let fired = false;
  return {
    fire(): void {
      if (fired) return;
      fired = true;
      for (const listener of listeners) listener();
    },
    add(listener: () => void): void {
      if (fired) listener();
      else listeners.push(listener);
    },
  };
}
