import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { ThreadOrder } from "./thread-messages.js";

const isAborted = Object.getOwnPropertyDescriptor(AbortSignal.prototype, "aborted")!.get!;

/** `context().signal` in a thread: aborts when the other end of `port` orders it. */
export function threadSignal(port: MessagePort): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const hear = ({ name, message }: ThreadOrder): void => controller.abort(new DOMException(message, name));
  port.on("message", hear);
  port.unref(); // listening alone does not keep the thread alive
  // A task that computes lets no message in: where it asks, the port is asked.
  Object.defineProperty(signal, "aborted", {
    get(): boolean {
      for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port))
        hear(next.message as ThreadOrder);
      return isAborted.call(signal) as boolean;
    },
  });
  Object.defineProperty(signal, "throwIfAborted", {
    value: (): void => {
      if (signal.aborted) throw signal.reason;
    },
  });
  return signal;
}
