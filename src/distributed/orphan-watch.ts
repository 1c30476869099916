import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

/** A thread that looks whether the process that started this one is still there: user code in a loop lets nothing else do. */

const LOOK_MS = 500;

/** Ends this process, whatever it does, once its parent is gone. Resolves when the thread looks. */
export function endWithParent(): Promise<void> {
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 };
  // Who the parent is must be known before the thread begins: by then it may be gone.
  const thread = new Worker(new URL(import.meta.url), {
    resourceLimits,
    workerData: process.ppid,
    env: {},
    execArgv: [],
  });
  return new Promise((resolve) => {
    thread.once("message", () => {
      thread.unref();
      resolve();
    });
  });
}

if (!isMainThread && parentPort) {
  const parent = workerData as number;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, LOOK_MS);
  parentPort.postMessage("looks");
}
