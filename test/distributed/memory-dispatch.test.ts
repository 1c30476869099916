import { MemoryDispatch, MemoryQueue, MemoryWorkerDispatch } from "../../src/distributed/memory-dispatch.js";
import { dispatchSuite } from "./dispatch-suite.js";

/** Time goes on only where nothing else is to do. */
function handClock() {
  let now = 0;
  return {
    now: () => now,
    after: (delayMs: number, body: () => void) => {
      const timer = setTimeout(() => {
        now += delayMs;
        body();
      }, 1);
      return () => clearTimeout(timer);
    },
    pass: (ms: number) => {
      now += ms;
    },
  };
}

dispatchSuite("MemoryDispatch", async () => {
  const clock = handClock();
  const queue = new MemoryQueue(clock);
  const workers: MemoryWorkerDispatch[] = [];
  return {
    desk: new MemoryDispatch(queue),
    worker: async (name) => {
      const worker = new MemoryWorkerDispatch(queue, name);
      workers.push(worker);
      return worker;
    },
    loseLeases: async () => clock.pass(10_000),
    close: async () => {
      for (const worker of workers) await worker.close();
    },
  };
});
