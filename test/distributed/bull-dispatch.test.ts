import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { BullDispatch } from "../../src/distributed/bull-dispatch.js";
import { BullWorkerDispatch } from "../../src/distributed/bull-worker-dispatch.js";
import { dispatchSuite } from "./dispatch-suite.js";
import { RedisServer } from "./redis-server.js";

const server = await RedisServer.start();
const url = new URL(server.url);
const admin = new Redis(server.url);

dispatchSuite(
  "BullDispatch",
  async () => {
    const queue = randomUUID();
    const desk = new BullDispatch({ url, queue });
    await desk.open();
    const workers: BullWorkerDispatch[] = [];
    return {
      desk,
      worker: async (name) => {
        const worker = new BullWorkerDispatch({ url, queue, worker: name, lookMs: 200 });
        await worker.open();
        workers.push(worker);
        return worker;
      },
      // What a lease that ran out leaves in Redis: the lock is gone, and the next look finds the order without it.
      loseLeases: async () => {
        const locks = await admin.keys(`{cellar:${queue}}:*:lock`);
        if (locks.length > 0) await admin.del(...locks);
      },
      close: async () => {
        for (const worker of workers) await worker.close();
        await desk.close();
      },
    };
  },
  async () => {
    admin.disconnect();
    await server.stop();
  },
);
