import { register } from "node:module";
import { MessageChannel, type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { LoadedFile } from "./thread-messages.js";

let heard: MessagePort | undefined;

/** Call before a thread imports a file of the notebook's: TypeScript is compiled, and files are remembered. */
export function beforeLocalImport(): void {
  if (heard) return;
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  heard = port1;
  process.setSourceMapsEnabled(true); // compiled modules carry their maps; stacks read them
  register("./thread-hooks.js", { parentURL: import.meta.url, data: port2, transferList: [port2] });
}

/** Files loaded in this thread since the last call. */
export function filesLoaded(): LoadedFile[] {
  const files: LoadedFile[] = [];
  if (!heard) return files;
  for (let next = receiveMessageOnPort(heard); next; next = receiveMessageOnPort(heard))
    files.push(next.message as LoadedFile);
  return files;
}
