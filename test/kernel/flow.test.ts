import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Message } from "../../kernel/protocol/wire-format.js";
import { FLOW_RUN_MIME, type FlowRunRecord } from "../../src/contracts/records.js";
import type { RunCommEvent } from "../../src/contracts/run-comm.js";
import { type Execution, KernelClient } from "./kernel-client.js";

/** Five tasks in a row; the third needs a file. */
const CELL = `
import { existsSync } from "node:fs";
import { flow, task } from "cellar";
const one = task("one", () => 1);
const two = task("two", (n: number) => n + 1);
const three = task("three", (n: number) => {
  if (!existsSync("report.txt")) throw new Error("the report is missing");
  return n + 1;
});
const four = task("four", (n: number) => n + 1);
const five = task("five", (n: number) => n + 1);
const etl = flow("etl", () => {
  const last = five(four(three(two(one()))));
  return { last };
});
const state = await etl.run();
state.type;`;
const CELL_ID = { cellId: "c-1" };

const folder = mkdtempSync(join(tmpdir(), "cellar-flow-"));
test.after(() => rmSync(folder, { recursive: true, force: true }));
const start = () => KernelClient.start({ folder, env: { JPY_SESSION_NAME: join(folder, "n.ipynb") } });

/** The run as the cell's last flow-run output shows it. */
function shownRun({ outputs }: Execution): FlowRunRecord {
  const shown = outputs.flatMap(({ content }) => {
    const run = (content.data as { [mime: string]: unknown } | undefined)?.[FLOW_RUN_MIME];
    return run ? [run as FlowRunRecord] : [];
  });
  return shown.at(-1)!;
}
const states = ({ tasks }: FlowRunRecord) => tasks.map(({ name, state }) => `${name} ${state.type}`);
const comm = (id: string) => (message: Message) =>
  message.header.msg_type === "comm_msg" && message.content.comm_id === id;

test("a failed run is kept over kill -9 of session and kernel, and goes on where it failed", async () => {
  const first = await start();
  const failed = await first.execute(CELL, {}, CELL_ID);
  assert.is(failed.reply.status, "ok", JSON.stringify(failed.reply.traceback));
  const before = shownRun(failed);
  assert.equal(states(before), [
    "one Success",
    "two Success",
    "three Failed",
    "four TriggerFailed",
    "five TriggerFailed",
  ]);
  assert.is(before.place.file, "n.ipynb");
  assert.is(before.place.cell, "c-1");

  await first.execute('process.kill(process.pid, "SIGKILL"); await new Promise(() => {});');
  const again = shownRun(await first.execute(CELL, {}, CELL_ID));
  assert.equal([again.id, again.attempt, again.kept, again.ran], [before.id, 2, 2, 1]);
  first.kernel.kill("SIGKILL");
  await first.close();

  writeFileSync(join(folder, "report.txt"), "here");
  const second = await start();
  const done = shownRun(await second.execute(CELL, {}, CELL_ID));
  assert.equal([done.id, done.attempt, done.kept, done.ran], [before.id, 3, 2, 3]);
  assert.is(done.state.type, "Success");

  const fresh = shownRun(await second.execute(CELL, {}, CELL_ID));
  assert.is.not(fresh.id, before.id);
  assert.is(fresh.ran, 5);
  await second.close();
});

test("a run's comm gives the run, retries it while a cell is busy, and reads results", async () => {
  rmSync(join(folder, "report.txt"));
  const client = await start();
  const { id } = shownRun(await client.execute(CELL, {}, { cellId: "c-2" }));
  const snapshot = client.next(comm("view"));
  client.tell("comm_open", { comm_id: "view", target_name: "cellar.run.v1", data: { runId: id } });
  const opened = (await snapshot).content.data as unknown as RunCommEvent;
  assert.ok(opened.kind === "snapshot" && opened.run.tasks.length === 5);

  writeFileSync(join(folder, "report.txt"), "here");
  const busy = client.begin('console.log("begun"); await new Promise(() => {});');
  await client.next(({ header }) => header.msg_type === "stream");
  const ended = client.next((message) => {
    const event = message.content.data as unknown as RunCommEvent;
    return comm("view")(message) && "run" in event && event.run.state.type === "Success";
  });
  client.tell("comm_msg", { comm_id: "view", data: { id: 1, ask: "retry" } });
  await ended;

  const resultId = opened.run.tasks[1]!.state.result.id!;
  const read = client.next((message) => comm("view")(message) && (message.content.data as { id?: number }).id === 2);
  client.tell("comm_msg", { comm_id: "view", data: { id: 2, ask: "preview", resultId } });
  const answer = (await read).content.data as unknown as RunCommEvent;
  assert.ok(answer.kind === "answer" && answer.ok, JSON.stringify(answer));
  assert.match(JSON.stringify(answer.value), /2/);

  await client.request("interrupt_request", {}, "control").reply;
  await client.finish(busy);
  await client.close();
});

test("a run that was interrupted goes on when it is run again, keeping what finished", async () => {
  const client = await start();
  const code = `
import { existsSync } from "node:fs";
import { context, flow, task } from "cellar";
const quick = task("quick", () => 1);
const slow = task("slow", async (n: number) => {
  if (existsSync("go.txt")) return n + 1;
  console.log("begun");
  await new Promise((_, reject) => context().signal.addEventListener("abort", () => reject(context().signal.reason)));
  return 0;
});
const after = task("after", (n: number) => n + 1);
const stopped = flow("stopped", () => ({ end: after(slow(quick())) }));
(await stopped.run()).type`;
  const cell = client.begin(code, {}, { cellId: "c-stop" });
  await client.next(({ header, content }) => header.msg_type === "stream" && String(content.text).includes("begun"));
  await client.request("interrupt_request", {}, "control").reply;
  const interrupted = await client.finish(cell);
  assert.is(interrupted.reply.ename, "KeyboardInterrupt");
  const before = shownRun(interrupted);
  assert.is(states(before)[0], "quick Success");
  writeFileSync(join(folder, "go.txt"), "");
  const again = shownRun(await client.execute(code, {}, { cellId: "c-stop" }));
  assert.equal([again.id, again.attempt, again.kept, again.ran], [before.id, 2, 1, 2]);
  assert.is(again.state.type, "Success");
  await client.close();
});

test.run();
