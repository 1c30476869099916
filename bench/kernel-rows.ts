import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { KernelClient } from "../test/kernel/kernel-client.js";
import { median, quantile, timed } from "./figure.js";
import type { KernelSubject } from "./kernel-subjects.js";

/** What is measured of each kernel (spec: kernel.md §8), with Cellar's bar. */
export const KERNEL_ROWS = {
  info: { what: "start → first kernel_info reply", unit: "s", bar: 0.15 },
  first: { what: "start → first 1+1", unit: "s", bar: 0.35 },
  memory: { what: "memory of the kernel's processes after it", unit: "MB", bar: 260 },
  warm: { what: "1+1, warm", unit: "ms", bar: 1.5 },
  growth: { what: "cell 1000 ÷ cell 10", unit: "×", bar: 1.1 },
  completion: { what: "completion, warm", unit: "ms", bar: 5 },
  busyCompletion: { what: "completion during a busy cell", unit: "ms", bar: 10 },
  control: { what: "control p99 during a busy cell", unit: "ms", bar: 10 },
  heartbeat: { what: "heartbeat p99 during a busy cell", unit: "ms", bar: 10 },
  lines: { what: "100 000 console lines", unit: "s", bar: 0.8 },
} as const;
export type KernelRow = keyof typeof KERNEL_ROWS;

/** One row of one kernel. NaN: it did not do this, and the note says why. */
export interface Reading {
  readonly value: number;
  readonly samples: number;
  readonly note?: string;
}
export type Readings = { readonly [row in KernelRow]: Reading };

const STARTS = 5;
const WARM = 50;
const MANY = 1000;
const BUSY_MS = 4000;
/** Nearly the whole busy cell. */
const WAITED_MS = 0.8 * BUSY_MS;
const LINES = 100_000;
/** So long nothing more came: nothing will. */
const QUIET_MS = 3000;

/** Which rows a session gives. */
const PARTS: readonly { readonly rows: readonly KernelRow[]; readonly take: (of: KernelSubject) => Promise<object> }[] =
  [
    { rows: ["info", "first", "memory"], take: (subject) => starts(subject) },
    { rows: ["warm"], take: (subject) => session(subject, warmCells) },
    { rows: ["growth", "completion"], take: (subject) => session(subject, longSession) },
    { rows: ["busyCompletion", "control", "heartbeat"], take: (subject) => session(subject, busyCell) },
    { rows: ["lines"], take: (subject) => session(subject, manyLines) },
  ];

/**
 * Takes all rows of one kernel over real ZeroMQ; the client is the same for all. What a peer does not answer is noted.
 * @throws {Error} when Cellar itself does not answer.
 */
export async function measureKernel(subject: KernelSubject): Promise<Readings> {
  const readings: { [row in KernelRow]?: Reading } = {};
  for (const { rows, take } of PARTS)
    try {
      Object.assign(readings, await take(subject));
    } catch (error) {
      if (!subject.command) throw error;
      for (const row of rows) readings[row] = { value: Number.NaN, samples: 0, note: "no answer" };
    }
  return readings as Readings;
}

async function session<T>(
  subject: KernelSubject,
  body: (client: KernelClient, cells: KernelSubject["cells"]) => Promise<T>,
): Promise<T> {
  const client = await subject.start();
  try {
    return await body(client, subject.cells);
  } finally {
    await client.close();
  }
}

async function starts(subject: KernelSubject): Promise<Pick<Readings, "info" | "first" | "memory">> {
  const infos: number[] = [];
  const firsts: number[] = [];
  let megabytes = Number.NaN;
  for (let i = 0; i < STARTS; i++) {
    const begin = performance.now();
    const client = await subject.start();
    infos.push((performance.now() - begin) / 1000);
    await client.execute("1+1");
    firsts.push((performance.now() - begin) / 1000);
    megabytes = residentMegabytes(client.kernel.pid!);
    await client.close();
  }
  return { info: of(infos), first: of(firsts), memory: { value: megabytes, samples: 1 } };
}

async function warmCells(client: KernelClient): Promise<Pick<Readings, "warm">> {
  const times: number[] = [];
  for (let i = 0; i < WARM + 10; i++) times.push(await timed(() => client.execute("1+1")));
  return { warm: of(times.slice(10)) };
}

async function longSession(
  client: KernelClient,
  cells: KernelSubject["cells"],
): Promise<Pick<Readings, "growth" | "completion">> {
  const times: number[] = [];
  for (let i = 0; i < MANY + 10; i++) times.push(await timed(() => client.execute(cells.define(i))));
  const around = (cell: number) => median(times.slice(cell - 8, cell + 8));
  await client.execute(cells.text);
  const completions: number[] = [];
  for (let i = 0; i < WARM; i++) completions.push(await timed(() => complete(client)));
  return { growth: { value: around(MANY) / around(10), samples: 16 }, completion: of(completions) };
}

const complete = (client: KernelClient): Promise<unknown> =>
  client.request("complete_request", { code: "text.", cursor_pos: 5 }).reply;

/** An answer that waits for the cell's end is none. */
async function busyCell(
  client: KernelClient,
  cells: KernelSubject["cells"],
): Promise<Pick<Readings, "busyCompletion" | "control" | "heartbeat">> {
  await client.execute(cells.text);
  await complete(client);
  const whileBusy = async (ask: () => Promise<unknown>): Promise<number[]> => {
    const cell = client.begin(cells.busy(BUSY_MS));
    let busy = true;
    const ended = client.finish(cell).then(() => {
      busy = false;
    });
    const times: number[] = [];
    while (busy && times.length < WARM) {
      times.push(await timed(() => ask().catch(() => {}))); // one that never comes waits longer than any cell
    }
    await ended;
    return times;
  };
  const completions = await whileBusy(() => complete(client));
  const controls = await whileBusy(() => client.request("kernel_info_request", {}, "control").reply);
  const beats = await whileBusy(() => heartbeat(client));
  return {
    busyCompletion: answered(completions, 0.5),
    control: answered(controls, 0.99),
    heartbeat: answered(beats, 0.99),
  };
}

async function heartbeat({ sockets: { hb } }: KernelClient): Promise<void> {
  await hb.send("ping");
  await hb.receive();
}

/** Until the last line came; lines that come behind the cell's idle are waited for. */
async function manyLines(client: KernelClient, cells: KernelSubject["cells"]): Promise<Pick<Readings, "lines">> {
  const begin = performance.now();
  const cell = client.begin(cells.print(LINES));
  const arrived = (): number =>
    client.iopub
      .filter(({ header, parent }) => header.msg_type === "stream" && parent.msg_id === cell.id)
      .reduce((sum, { content }) => sum + String(content.text).split("\n").length - 1, 0);
  const note = await client.finish(cell).then(
    () => "",
    () => "the cell did not end",
  );
  const byIdle = arrived();
  let [seen, lastAt] = [byIdle, performance.now()];
  while (seen < LINES && performance.now() - lastAt < QUIET_MS) {
    await delay(50);
    const now = arrived();
    if (now > seen) [seen, lastAt] = [now, performance.now()];
  }
  const words = [note, seen < LINES ? `${seen} arrived` : "", byIdle < seen ? `${byIdle} before idle` : ""];
  const told = words.filter(Boolean).join(", ");
  return { lines: { value: (lastAt - begin) / 1000, samples: 1, ...(told && { note: told }) } };
}

const of = (numbers: readonly number[]): Reading => ({ value: median(numbers), samples: numbers.length });
const answered = (numbers: readonly number[], share: number): Reading =>
  Math.max(...numbers) < WAITED_MS
    ? { value: quantile(numbers, share), samples: numbers.length }
    : { value: Number.NaN, samples: 0, note: "no answer while busy" };

/** Resident memory of a process and all below it, from /proc; NaN where there is none. */
function residentMegabytes(pid: number): number {
  try {
    const kilobytes = withDescendants(pid).map((each) =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${each}/status`, "utf8"))?.[1]),
    );
    return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
  } catch {
    return Number.NaN; // not on this system
  }
}

function withDescendants(pid: number): number[] {
  const children = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === pid);
  return [pid, ...children.flatMap((child) => withDescendants(Number(child)))];
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return undefined; // it ended just now
  }
}
