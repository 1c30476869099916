import { readdirSync, readFileSync } from "node:fs";
import { KernelClient } from "../test/kernel/kernel-client.js";
import { type Figure, median, quantile, timed } from "./figure.js";

const STARTS = 5;
const WARM = 50;
const LINES = 100_000;
const MANY = 1000;
/** A loop that ends by itself, long enough to ask a hundred questions meanwhile. */
const BUSY_CELL = "{ const end = Date.now() + 4000; while (Date.now() < end); }";

/** The kernel's figures (spec: kernel.md §8), each taken over real ZeroMQ by the same client. */
export async function kernelFigures(): Promise<Figure[]> {
  return [...(await startFigures()), ...(await warmFigures()), ...(await longSession()), ...(await busyFigures())];
}

async function startFigures(): Promise<Figure[]> {
  const infos: number[] = [];
  const firsts: number[] = [];
  let megabytes = 0;
  for (let i = 0; i < STARTS; i++) {
    const begin = performance.now();
    const client = await KernelClient.start();
    infos.push((performance.now() - begin) / 1000);
    await client.execute("1+1");
    firsts.push((performance.now() - begin) / 1000);
    megabytes = residentMegabytes(client.kernel.pid!);
    await client.close();
  }
  return [
    { what: "start → first kernel_info reply", value: median(infos), unit: "s", bar: 0.25, samples: STARTS },
    { what: "start → first 1+1, type-checked", value: median(firsts), unit: "s", bar: 1, samples: STARTS },
    { what: "memory of kernel and session after it", value: megabytes, unit: "MB", bar: 350, samples: 1 },
  ];
}

async function warmFigures(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [level, bar] of [
    ["off", 3],
    ["error", 25],
  ] as const) {
    const client = await KernelClient.start({ env: { CELLAR_CHECK: level } });
    const times: number[] = [];
    for (let i = 0; i < WARM + 10; i++) times.push(await timed(() => client.execute("1+1")));
    const what = `1+1, warm, ${level === "off" ? "unchecked" : "type-checked"}`;
    figures.push({ what, value: median(times.slice(10)), unit: "ms", bar, samples: WARM });
    await client.close();
  }
  return figures;
}

async function longSession(): Promise<Figure[]> {
  const client = await KernelClient.start();
  const times: number[] = [];
  for (let i = 0; i < MANY + 10; i++)
    times.push(await timed(() => client.execute(`const name${i} = ${i} + 1; name${i}`)));
  const around = (cell: number) => median(times.slice(cell - 8, cell + 8));
  const completions: number[] = [];
  for (let i = 0; i < WARM; i++) {
    const ask = client.request("complete_request", { code: "name10.toF", cursor_pos: 10 });
    completions.push(await timed(() => ask.reply));
  }
  await client.close();
  return [
    { what: "cell 1000 ÷ cell 10, type-checked", value: around(MANY) / around(10), unit: "×", bar: 1.3, samples: 16 },
    { what: "completion, warm", value: median(completions), unit: "ms", bar: 15, samples: WARM },
  ];
}

async function busyFigures(): Promise<Figure[]> {
  const client = await KernelClient.start();
  await client.execute("const text = 'warm'");
  await client.request("complete_request", { code: "text.", cursor_pos: 5 }).reply;
  const cell = client.begin(BUSY_CELL);
  const completions: number[] = [];
  const controls: number[] = [];
  for (let i = 0; i < WARM; i++) {
    completions.push(await timed(() => client.request("complete_request", { code: "text.", cursor_pos: 5 }).reply));
    controls.push(await timed(() => client.request("kernel_info_request", {}, "control").reply));
  }
  await client.finish(cell);
  const lines = await timed(async () => {
    const { stdout } = await client.execute(`for (let i = 0; i < ${LINES}; i++) console.log("line " + i)`);
    if (stdout.split("\n").length !== LINES + 1) throw new Error("Cannot measure console lines: some are missing");
  });
  await client.close();
  return [
    { what: "completion during a busy cell", value: median(completions), unit: "ms", bar: 30, samples: WARM },
    { what: "control p99 during a busy cell", value: quantile(controls, 0.99), unit: "ms", bar: 50, samples: WARM },
    { what: `${LINES.toLocaleString("en")} console lines`, value: lines / 1000, unit: "s", bar: 2, samples: 1 },
  ];
}

/** Resident memory of a process and its children, from /proc; NaN where there is none. */
function residentMegabytes(pid: number): number {
  try {
    const pids = [pid, ...childrenOf(pid)];
    const kilobytes = pids.map((each) =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${each}/status`, "utf8"))?.[1]),
    );
    return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
  } catch {
    return Number.NaN; // not on this system
  }
}

const childrenOf = (pid: number): number[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);

function parentOf(pid: string): number | undefined {
  try {
    return Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return undefined; // it ended just now
  }
}
