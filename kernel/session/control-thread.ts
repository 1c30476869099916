import { MessageChannel, Worker } from "node:worker_threads";
import type {
  ControlEnding,
  ControlGathering,
  ControlPing,
  ControlPong,
  ControlSetup,
} from "../links/control-calls.js";
import type { Outlet } from "./outlet.js";
import { armStuckCode } from "./stuck-code.js";

/** How long the end of the process may wait for the control thread. */
const RELEASE_MS = 200;

/** Starts the thread that hears the kernel process even while cells hold this one. @param interrupt called here. */
export function startControlThread(outlet: Outlet, interrupt: () => void): void {
  armStuckCode(() => outlet.flush());
  const { port1: here, port2: there } = new MessageChannel();
  here.on("message", ({ ping, interrupt: isInterrupt }: ControlPing) => {
    if (isInterrupt) interrupt();
    here.postMessage({ pong: ping } satisfies ControlPong);
  });
  here.unref();
  outlet.onGathering = () => here.postMessage({ gathering: true } satisfies ControlGathering);
  const released = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const setup: ControlSetup = { port: there, released };
  const thread = new Worker(new URL("../control/main.js", import.meta.url), {
    workerData: setup,
    transferList: [there],
  });
  thread.unref(); // the session ends when its link to the kernel process does
  // An inspector that is still connected has Node say on stderr that it waits for a debugger.
  process.on("exit", () => {
    here.postMessage({ ending: true } satisfies ControlEnding);
    Atomics.wait(released, 0, 0, RELEASE_MS);
  });
}
