import { isMainThread, parentPort, Worker } from "node:worker_threads";

/** A thread that looks whether the process that started this one is still there: user code in a loop lets nothing else do. */

const LOOK_MS = 500;

/** Ends this process, whatever it does, once its parent is gone. */
export function endWithParent(): void {
  const limits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 };
  new Worker(new URL(import.meta.url), { resourceLimits: limits, env: {}, execArgv: [] }).unref();
}

if (!isMainThread && parentPort) {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, LOOK_MS);
}
