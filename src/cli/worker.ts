import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { availableParallelism, hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { BullWorkerDispatch } from "../distributed/bull-worker-dispatch.js";
import { libraryVersion } from "../distributed/library-version.js";
import { isLoopback, queueAddress, shownAddress, signingKey } from "../distributed/queue-address.js";
import { openShelf } from "../distributed/shelves.js";
import { QueueWorker } from "../distributed/worker.js";
import { type Duration, durationMs } from "../task/duration.js";

interface WorkerFlags {
  readonly connection?: string;
  readonly queue: string;
  readonly concurrency?: string;
  readonly shelf?: string;
  readonly name?: string;
  readonly memory?: string;
  readonly grace: Duration;
  readonly health?: string;
  readonly unsigned?: boolean;
}

/** `cellar worker`: takes tasks of a queue until it is told to end. */
export const workerCommand = (): Command =>
  new Command("worker")
    .description("run tasks of a queue on this machine, until it is told to end")
    .option("--connection <url>", "Redis or Valkey (default: CELLAR_QUEUE, else redis://127.0.0.1:6379)")
    .option("--queue <name>", "workers of one name share the work", "cellar")
    .option("--concurrency <count>", "tasks at once, each in a process of its own (default: one for each processor)")
    .option("--shelf <place>", "where large values lie: s3://bucket/prefix or a folder that all machines share")
    .option("--name <name>", "how it is called in runs and messages (default: host and process)")
    .option("--memory <mb>", "MB of memory for the values of each task")
    .option("--grace <duration>", "how long running tasks may take to end when it is told to", "30s")
    .option("--health <port>", "answer GET /healthz on this port")
    .option("--unsigned", "take orders without a signature from a queue that others reach")
    .action(work);

async function work(flags: WorkerFlags): Promise<void> {
  const url = queueAddress(flags.connection);
  const key = signingKey(url, flags.unsigned === undefined ? {} : { unsigned: flags.unsigned });
  const slots = countOf("--concurrency", flags.concurrency) ?? availableParallelism();
  const memoryMb = countOf("--memory", flags.memory);
  const name = (flags.name ?? `${hostname()}-${process.pid}`).replaceAll(/\s+/g, "-");
  const graceMs = durationMs(flags.grace, "--grace");
  const id = randomUUID();
  const dispatch = new BullWorkerDispatch({ url, queue: flags.queue, worker: name });
  const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);
  const { warnings } = await dispatch.open();
  for (const warning of warnings) if (!isLoopback(url)) log(warning);
  dispatch.onAway((isAway) =>
    log(isAway ? `the queue at ${shownAddress(url)} is away; what ends meanwhile is kept` : "the queue is back"),
  );
  const worker = new QueueWorker({
    dispatch,
    id,
    name,
    slots,
    key,
    folder: join(tmpdir(), `cellar-worker-${id}`),
    ...(memoryMb !== undefined && { memoryMb }),
    shelf: flags.shelf === undefined ? null : openShelf(flags.shelf),
    version: libraryVersion(),
    log,
  });
  const health = flags.health === undefined ? undefined : serveHealth(Number(flags.health), worker);
  const leave = new Promise<void>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
  log(`worker ${name} takes queue "${flags.queue}" at ${shownAddress(url)}: ${slots} slots`);
  const running = worker.run();
  await leave;
  log(`worker ${name} ends: it takes nothing more`);
  await worker.leave(graceMs);
  await running;
  health?.close();
}

function countOf(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new RangeError(`Cannot start a worker: ${flag} is ${JSON.stringify(text)}, not a whole number from 1`);
}

/** What an orchestrator asks: whether it works, and how much. */
function serveHealth(port: number, worker: QueueWorker) {
  const server = createServer((request, response) => {
    const { name, slots, running, leaving } = worker.notice();
    const isKnown = request.url === "/healthz";
    response.writeHead(!isKnown ? 404 : leaving ? 503 : 200, { "content-type": "application/json" });
    response.end(isKnown ? JSON.stringify({ name, slots, running, leaving }) : "");
  });
  server.listen(port);
  return server;
}
