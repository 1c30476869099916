import { Session } from "node:inspector";
import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { workerData } from "node:worker_threads";
import {
  type ControlEnding,
  type ControlGathering,
  type ControlPing,
  type ControlPong,
  type ControlSetup,
  STUCK_CODE,
  type StuckAnswer,
} from "../links/control-calls.js";
import { CONTROL_FD } from "../links/session-calls.js";

/** The control thread: reaches the main thread when the kernel process says so, however busy that is. */

/** How long the main thread may take to answer before it counts as stuck. */
const PATIENCE_MS = 15;
/** How long it has to send by itself what it gathers. */
const FLUSH_MS = 50;
const RETRY_MS = 2;
/** After so many "soon" it is stopped wherever it is. */
const MOST_RETRIES = 10;
/** What an interrupted cell left behind an await may come back and hold the thread: looked for so often, so long. */
const LEFT_OVER_MS = 100;
const LEFT_OVER_LOOKS = 600;

const { port, released } = workerData as ControlSetup;
const pipe = new Socket({ fd: CONTROL_FD, readable: true, writable: true });
const mainThread = new Session();
mainThread.connectToMainThread();
/** Interrupts that the main thread has not been told yet, with the timer that watches it. */
const open = new Map<number, NodeJS.Timeout>();
let flushing: NodeJS.Timeout | undefined;
/** Pings that are no interrupt count downwards from -1. */
let lastLook = 0;
let lastSeen = 0;
let looksLeft = 0;

pipe.on("error", () => {}); // the kernel process is gone: "close" follows
pipe.once("close", endWithKernel);
createInterface({ input: pipe }).on("line", (line) => {
  const { interrupt } = JSON.parse(line) as { interrupt?: number };
  if (interrupt === undefined) return;
  port.postMessage({ ping: interrupt, interrupt: true } satisfies ControlPing);
  watch(interrupt, PATIENCE_MS, 0);
});
port.on("message", (message: ControlPong | ControlGathering | ControlEnding) => {
  if ("ending" in message) release();
  else if ("gathering" in message) {
    if (flushing === undefined) flushing = setTimeout(flush, FLUSH_MS);
  } else if (message.pong < 0) lastSeen = message.pong;
  else told(message.pong);
});

/** The kernel process is gone: a cell that holds the main thread must not go on for ever, nor must its children. */
function endWithKernel(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL"); // not the leader of a group: started by other than the kernel
  }
}

/** The main thread waits for this on its way out. */
function release(): void {
  mainThread.disconnect();
  Atomics.store(released, 0, 1);
  Atomics.notify(released, 0);
}

function told(interrupt: number): void {
  clearTimeout(open.get(interrupt));
  open.delete(interrupt);
  pipe.write(`${JSON.stringify({ interrupted: interrupt })}\n`);
  if (looksLeft === 0) setTimeout(lookForLeftOver, LEFT_OVER_MS);
  looksLeft = LEFT_OVER_LOOKS;
}

function watch(interrupt: number, delayMs: number, retries: number): void {
  const look = (): void =>
    inMainThread(`stop(${retries >= MOST_RETRIES})`, (answer) => {
      if (!open.has(interrupt)) return;
      const soon = answer === "soon";
      watch(interrupt, soon ? RETRY_MS : PATIENCE_MS, soon ? retries + 1 : 0);
    });
  open.set(interrupt, setTimeout(look, delayMs));
}

function lookForLeftOver(): void {
  looksLeft -= 1;
  if (looksLeft > 0) setTimeout(lookForLeftOver, LEFT_OVER_MS);
  if (lastSeen === lastLook) port.postMessage({ ping: --lastLook, interrupt: false } satisfies ControlPing);
  else inMainThread("stopLeftOver()", () => {});
}

function flush(): void {
  inMainThread("flush()", (answer) => {
    flushing = answer === "soon" ? setTimeout(flush, RETRY_MS) : undefined;
  });
}

/**
 * An inspector's message reaches the main thread inside a loop too. It is the main thread that looks at its
 * stack and acts: told from here, it could have gone on to other code before it is stopped.
 */
function inMainThread(call: string, then: (answer: StuckAnswer | undefined) => void): void {
  const expression = `globalThis[Symbol.for(${JSON.stringify(STUCK_CODE)})]?.${call}`;
  mainThread.post("Runtime.evaluate", { expression, returnByValue: true }, (_error, reply) =>
    then(reply?.result?.value as StuckAnswer | undefined),
  );
}
