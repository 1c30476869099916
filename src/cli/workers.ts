import { Command } from "commander";
import { formatDuration } from "../display/human-units.js";
import { BullDispatch } from "../distributed/bull-dispatch.js";
import { PROTOCOL, type WorkerNotice } from "../distributed/orders.js";
import { queueAddress, shownAddress } from "../distributed/queue-address.js";

interface WorkersFlags {
  readonly connection?: string;
  readonly queue: string;
  readonly json?: true;
}

/** `cellar workers`: who takes tasks of a queue, and how many wait. Exit code 1 when nobody does. */
export const workersCommand = (): Command =>
  new Command("workers")
    .description("list the workers of a queue, and how much waits for them")
    .option("--connection <url>", "Redis or Valkey (default: CELLAR_QUEUE, else redis://127.0.0.1:6379)")
    .option("--queue <name>", "workers of one name share the work", "cellar")
    .option("--json", "as JSON")
    .action(async ({ connection, queue, json }: WorkersFlags) => {
      const url = queueAddress(connection);
      const dispatch = new BullDispatch({ url, queue });
      await dispatch.open();
      try {
        const [workers, waiting] = [await dispatch.workers(), await dispatch.waiting()];
        if (json) console.log(JSON.stringify({ queue, waiting, workers }, null, 2));
        else console.log(table(workers, waiting, queue, shownAddress(url)));
        if (workers.length === 0) process.exitCode = 1;
      } finally {
        await dispatch.close();
      }
    });

const COLUMNS = ["name", "host", "slots", "running", "Node", "Cellar", "since"] as const;

function table(workers: readonly WorkerNotice[], waiting: number, queue: string, shown: string): string {
  const head = `queue ${queue} at ${shown}: ${counted(workers.length, "worker")}, ${waiting} waiting`;
  if (workers.length === 0) return `${head}\nstart one: cellar worker --connection ${shown}`;
  const rows = [COLUMNS, ...workers.map(row)];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((cells) => cells[column]!.length)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  return [head, ...lines].join("\n");
}

function row({ name, host, slots, running, node, cellar, since, protocol, leaving }: WorkerNotice): string[] {
  const remark = protocol !== PROTOCOL ? " (another protocol: update it)" : leaving ? " (ends)" : "";
  const age = formatDuration(Math.max(0, Date.now() - since));
  return [name, host, String(slots), String(running), node, `${cellar}${remark}`, `${age} ago`];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
