import { setTimeout as delay } from "node:timers/promises";
import type { KernelClient } from "../test/kernel/kernel-client.js";
import type { Figure } from "./figure.js";
import type { KernelSubject } from "./kernel-subjects.js";

/** So long a kernel has to stop, or to answer again. */
const PATIENCE_MS = 10_000;

/** What becomes of a kernel when a cell is interrupted in a loop, and when it ends its process. */
export async function survivalFigures(subject: KernelSubject): Promise<Figure[]> {
  const shape = { subject: subject.name, unit: "", value: Number.NaN, samples: 1 };
  return [
    { ...shape, what: "interrupt of a loop", note: await withClient(subject, interrupted) },
    { ...shape, what: "a cell that ends its process", note: await withClient(subject, ended) },
  ];
}

async function withClient(
  subject: KernelSubject,
  body: (client: KernelClient, subject: KernelSubject) => Promise<string>,
): Promise<string> {
  const client = await subject.start();
  try {
    return await body(client, subject);
  } finally {
    await client.close();
  }
}

/** By message where the kernel asks for it; else by the signal that Jupyter sends. */
async function interrupted(client: KernelClient, { cells, command }: KernelSubject): Promise<string> {
  await client.execute(cells.text);
  const cell = client.begin(cells.busy(2 * PATIENCE_MS));
  await client.next(({ header, parent }) => header.msg_type === "status" && parent.msg_id === cell.id);
  await delay(200); // the loop has begun
  if (command) client.kernel.kill("SIGINT");
  else client.request("interrupt_request", {}, "control");
  if (!(await inTime(cell.reply))) return client.kernel.exitCode === null ? "goes on" : "the kernel ends";
  return (await gives(client, "text", "warm")) ? "stops, variables kept" : "stops, variables lost";
}

async function ended(client: KernelClient, { cells }: KernelSubject): Promise<string> {
  const cell = client.begin(cells.exit);
  await Promise.race([inTime(cell.outputs), client.exited]);
  await Promise.race([delay(1000), client.exited]);
  if (client.kernel.exitCode !== null || client.kernel.signalCode !== null) return "the kernel ends";
  return (await gives(client, "40+2", "42")) ? "the kernel lives, the next cell runs" : "the kernel answers no more";
}

/** Whether a cell shows `text`, in whatever kind of output: not every kernel sends an execute_result. */
async function gives(client: KernelClient, code: string, text: string): Promise<boolean> {
  const execution = await inTime(client.execute(code));
  return (execution?.outputs ?? []).some(
    ({ header, content }) => header.msg_type !== "execute_input" && JSON.stringify(content).includes(text),
  );
}

/** What it resolves to; undefined when it rejects or takes too long. */
const inTime = <T>(promise: Promise<T>): Promise<T | undefined> =>
  Promise.race([promise.catch(() => undefined), delay(PATIENCE_MS).then(() => undefined)]);
