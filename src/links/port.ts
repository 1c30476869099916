import type { ChildProcess } from "node:child_process";
import type { MessagePort, Worker } from "node:worker_threads";

/** One end of a way for messages between threads or processes. Messages must survive structured clone. */
export interface Port {
  post(message: unknown): void;
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
  return {
    // A message to an end that just died is dropped by design: onClose tells whoever waits.
    post: (message) => void (end.connected && end.send!(message as object, undefined, undefined, () => {})),
    onMessage: (listener) => void end.on("message", listener),
    onClose: closed.add,
  };
}

/** One of several named conversations on the same port; both ends use the same name. */
export function channel(port: Port, name: string): Port {
  return {
    post: (message) => port.post({ channel: name, message }),
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
