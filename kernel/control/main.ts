import { Socket } from "node:net";
import { createInterface } from "node:readline";
import { workerData } from "node:worker_threads";
import type {
  ControlEnding,
  ControlGathering,
  ControlPong,
  ControlSetup,
  FromControl,
  ToControl,
} from "../links/control-calls.js";
import { CONTROL_FD } from "../links/session-calls.js";
import type { DebugEvent, DebugRequest } from "../protocol/debug-messages.js";
import { Debugger } from "./debugger.js";
import { Interrupts } from "./interrupts.js";
import { MainThread } from "./main-thread.js";

/** The control thread: reaches the main thread when the kernel process says so, however busy that is. */

/**
 * Requests after which the code runs on. Events wait for their answers: JupyterLab forgets what it shows of a stop when
 * `continue` is answered, so that a next stop that came before the answer would not be seen.
 */
const RUNNING = new Set(["continue", "next", "stepIn", "stepOut", "pause"]);
/** How long the main thread has to send by itself what it gathers. */
const FLUSH_MS = 50;
const RETRY_MS = 2;

const { port, released } = workerData as ControlSetup;
const pipe = new Socket({ fd: CONTROL_FD, readable: true, writable: true });
const mainThread = new MainThread();
const tell = (message: FromControl): void => void pipe.write(`${JSON.stringify(message)}\n`);
const stripping = new Map<number, (js: string) => void>();
let lastStrip = 0;
let running = 0;
const waitingEvents: DebugEvent[] = [];
const debug = new Debugger(mainThread, {
  tell: (event) => void (running > 0 ? waitingEvents.push(event) : tell({ event })),
  strip: (code) =>
    new Promise((resolve) => {
      stripping.set(++lastStrip, resolve);
      tell({ strip: lastStrip, code });
    }),
  declare: (name, type) => tell({ declare: name, type }),
});
const interrupts = new Interrupts(mainThread, port, (interrupted) => {
  debug.pauseAgain();
  tell({ interrupted });
});
let flushing: NodeJS.Timeout | undefined;

pipe.on("error", () => {}); // the kernel process is gone: "close" follows
pipe.once("close", endWithKernel);
createInterface({ input: pipe }).on("line", async (line) => {
  const message = JSON.parse(line) as ToControl;
  if ("debug" in message) {
    await answerDebug(message.debug, message.request);
  } else if ("stripped" in message) {
    stripping.get(message.stripped)?.(message.js);
    stripping.delete(message.stripped);
  } else {
    debug.letGo();
    interrupts.begin(message.interrupt);
  }
});
port.on("message", (message: ControlPong | ControlGathering | ControlEnding) => {
  if ("ending" in message) release();
  else if ("pong" in message) interrupts.answered(message.pong);
  else if (flushing === undefined) flushing = setTimeout(flush, FLUSH_MS);
});

async function answerDebug(id: number, request: DebugRequest): Promise<void> {
  const runs = RUNNING.has(request.command);
  if (runs) running += 1;
  tell({ debug: id, response: await debug.handle(request) });
  if (runs) running -= 1;
  if (running === 0) for (const event of waitingEvents.splice(0)) tell({ event });
}

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
  mainThread.inspector.disconnect();
  Atomics.store(released, 0, 1);
  Atomics.notify(released, 0);
}

async function flush(): Promise<void> {
  const answer = await mainThread.stuckCode("flush()");
  flushing = answer === "soon" ? setTimeout(flush, RETRY_MS) : undefined;
}
