import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { SessionOutput } from "../../kernel/links/session-calls.js";
import {
  FLOW_RUN_MIME,
  type FlowRunRecord,
  RESULT_MIME,
  STATE_MIME,
  type StateRecord,
} from "../../src/contracts/records.js";
import { openStoreHere } from "../../src/store/open-store.js";
import { serveStore } from "../../src/store/serve-store.js";
import type { Store } from "../../src/store/store.js";
import type { RememberedTask } from "../../src/store/task-memory.js";
import { parentOf, type Ran, SessionHarness } from "./session-harness.js";

const test = suite("library");
let folder: string;
let store: Store;
let session: SessionHarness;
const begin = () => SessionHarness.start({ serveStore: (port) => serveStore(port, store), notebook: "etl.ipynb" });
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), "cellar-store-"));
  store = await openStoreHere(join(folder, "store.db"));
  session = await begin();
  await session.run("$.cellar = await $import('cellar')");
});
test.after(async () => {
  await session.stop();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const dataOf = (outputs: readonly SessionOutput[], mime: string): readonly unknown[] =>
  outputs.flatMap((output) => (output.kind === "display" && mime in output.data ? [output.data[mime]] : []));
const lastRun = ({ outputs }: Ran) => dataOf(outputs, FLOW_RUN_MIME).at(-1) as FlowRunRecord | undefined;

/** Five tasks in a row; the third fails until `$.ready`. */
const FLOW = `
  const { task, flow } = $.cellar;
  const step = (name, work) => task(name, work);
  const one = step("one", () => 1), two = step("two", (n) => n + 1);
  const three = step("three", (n) => { if (!$.ready) throw new Error("not ready"); return n + 1; });
  const four = step("four", (n) => n + 1), five = step("five", (n) => [{ n }, { n: n + 1 }]);
  $.etl = flow("etl", () => { const last = five(four(three(two(one())))); return { last }; });
  return { value: await $.etl.run() };
`;

test("a State, a Result and a call show as records with fallbacks", async () => {
  const state = await session.run("return { value: new $.cellar.Success({ result: 1 }) }");
  assert.is((dataOf(state.outputs, STATE_MIME)[0] as StateRecord).type, "Success");
  const result = await session.run("return { value: new $.cellar.Result({ value: 1 }) }");
  assert.is(dataOf(result.outputs, RESULT_MIME).length, 1);
  const call = await session.run("return { value: $.cellar.task('alone', () => 7)() }", { cellId: "alone" });
  assert.equal(call.answer.status, "ok");
  assert.is((dataOf(call.outputs, STATE_MIME)[0] as StateRecord).type, "Success");
  for (const { outputs } of [state, result, call])
    for (const output of outputs)
      assert.ok(output.kind === "display" && "text/plain" in output.data && "text/html" in output.data);
});

test("a failing run ends its cell in order, shows what failed, and resumes when the cell runs again", async () => {
  const first = await session.run(FLOW, { cellId: "c1" });
  assert.is(first.answer.status, "ok");
  const failed = lastRun(first)!;
  assert.is(failed.state.type, "Failed");
  assert.equal(failed.place, { file: "etl.ipynb", cell: "c1" });
  assert.equal(
    failed.tasks.map(({ state }) => state.type),
    ["Success", "Success", "Failed", "TriggerFailed", "TriggerFailed"],
  );
  await session.run("$.ready = true");
  const second = await session.run(FLOW, { cellId: "c1" });
  const done = lastRun(second)!;
  assert.is(done.id, failed.id);
  assert.equal([done.state.type, done.kept, done.ran], ["Success", 2, 3]);
  const ids = new Set(
    [first, second].flatMap(({ outputs }) =>
      outputs.map((o) => o.kind === "display" && FLOW_RUN_MIME in o.data && o.displayId),
    ),
  );
  ids.delete(false);
  assert.is(ids.size, 1);
});

test("retryRun() runs again what failed, in the cell that began it", async () => {
  await session.run("$.ready = false");
  const first = await session.run(FLOW, { cellId: "c2" });
  const failed = lastRun(first)!;
  assert.is(failed.state.type, "Failed");
  await session.run("$.ready = true");
  await session.ask("retryRun", { runId: failed.id, rerun: { kind: "failed" } });
  const updated = await session.output(
    (output) =>
      output.kind === "display" &&
      output.type === "update_display_data" &&
      (output.data[FLOW_RUN_MIME] as FlowRunRecord | undefined)?.id === failed.id &&
      (output.data[FLOW_RUN_MIME] as unknown as FlowRunRecord).state.type === "Success",
  );
  assert.is(parentOf(updated), parentOf(first.outputs[0]!));
  await assertRejects(session.ask("retryRun", { runId: "no-such-run", rerun: { kind: "failed" } }), /no-such-run/);
});

test("cancelRun() stops a run that goes on", async () => {
  await session.run(
    "$.slow = $.cellar.task('slow', () => new Promise(() => {})); $.run = $.cellar.flow('slow', () => ({ s: $.slow() })).run(); $.run.catch(() => {})",
    { cellId: "c3" },
  );
  const shown = await session.output((output) =>
    dataOf([output], FLOW_RUN_MIME).some((run) => (run as FlowRunRecord).flow === "slow"),
  );
  const { id } = dataOf([shown], FLOW_RUN_MIME)[0] as FlowRunRecord;
  await session.ask("cancelRun", { runId: id });
  await session.output((output) =>
    dataOf([output], FLOW_RUN_MIME).some(
      (run) => (run as FlowRunRecord).id === id && (run as FlowRunRecord).state.type === "Cancelled",
    ),
  );
});

test("readResult() reads a stored result as rows", async () => {
  const { outputs } = await session.run(FLOW, { cellId: "c4" });
  const run = dataOf(outputs, FLOW_RUN_MIME).at(-1) as FlowRunRecord;
  const remembered = await store.rememberedRun(run.id);
  const { result } = remembered!.tasks.at(-1)!.memory;
  const preview = await session.ask("readResult", { resultId: result!.id, serializer: result!.serializer });
  const { kind, columns, rows, totalRows } = preview as Extract<typeof preview, { kind: "table" }>;
  assert.equal([kind, columns, rows, totalRows], ["table", ["n"], [["4"], ["5"]], 2]);
});

test("a cell's stream and large bytes go to the store's folder, and are seen by their beginning", async () => {
  const body = `
    const file = $.cellar.task("file", async function* () { for (let n = 0; n < 50000; n += 1) yield "line " + n + "\\n"; });
    const size = $.cellar.task("size", async (file) => ({ size: file.size, image: Buffer.alloc(100000, 7) }));
    return { value: await $.cellar.flow("streamed", () => ({ size: size(file()) })).run() };`;
  const run = lastRun(await session.run(body, { cellId: "c6" }))!;
  assert.is(run?.state.type, "Success");
  const [file, size] = (await store.rememberedRun(run.id))!.tasks;
  const preview = ({ memory: { result } }: RememberedTask) =>
    session.ask("readResult", { resultId: result!.id, serializer: result!.serializer });
  assert.match(((await preview(file!)) as { text: string }).text, /^stream, 526\.\d KiB\n\nline 0\nline 1\n/);
  const shown = JSON.stringify(await preview(size!));
  assert.match(shown, /"kind":"tree".*image.*99950 more bytes/);
  assert.match(size!.run.state.result.preview!, /size: 538890/);
  assert.is(await readdir(join(folder, "blobs")).then(({ length }) => length), 2);
});

test("an interrupt stops a flow run, and its cell ends with a KeyboardInterrupt", async () => {
  const body = `
    const wait = $.cellar.task("wait", (n) => { if (!$.go) return new Promise(() => {}); return n; });
    const quick = $.cellar.task("quick", () => 3);
    return { value: await $.cellar.flow("held", () => ({ w: wait(quick()) })).run() };`;
  const held = session.run(body, { cellId: "c5" });
  const running = (run: unknown) =>
    (run as FlowRunRecord).tasks.some(({ name, state }) => name === "wait" && state.type === "Running");
  await session.output((output) => dataOf([output], FLOW_RUN_MIME).some(running));
  await session.interrupt();
  const { answer } = await held;
  assert.is(answer.status === "error" && answer.error.ename, "KeyboardInterrupt");
  await session.run("$.go = true");
  const again = lastRun(await session.run(body, { cellId: "c5" }))!;
  assert.equal([again.state.type, again.kept, again.ran], ["Success", 1, 1]);
});

test("an interrupt stops a task that never lets go of the thread", async () => {
  const body = `
    const spin = $.cellar.task("spin", (n) => { if (!$.still) { console.log("spins"); while (!$.still) {} } return n; });
    const quick = $.cellar.task("quick", () => 3);
    return { value: await $.cellar.flow("spinning", () => ({ s: spin(quick()) })).run() };`;
  const held = session.run(body, { cellId: "c7" });
  await session.output((output) => output.kind === "stream" && output.text === "spins\n");
  await session.interrupt();
  const { answer } = await held;
  assert.is(answer.status === "error" && answer.error.ename, "KeyboardInterrupt");
  const left = (await store.flowRuns({ flow: "spinning" }))[0]!;
  await session.run("$.still = true");
  const again = lastRun(await session.run(body, { cellId: "c7" }))!;
  assert.is(again.id, left.id);
  assert.equal([again.state.type, again.kept, again.ran], ["Success", 1, 1]);
  const spun = again.tasks.find(({ name }) => name === "spin")!;
  const ended = (await store.history(spun.id)).map(({ type }) => type);
  assert.equal(ended.at(-3), "Cancelled");
});

test("a call as a cell's last expression ends its run with the cell", async () => {
  const ran = await session.run("return { value: $.cellar.task('last', () => 7)() }", { cellId: "c8" });
  assert.is(lastRun(ran)!.state.type, "Success");
});

test("a cell's calls with other code between them are one run, which ends with the cell", async () => {
  const body = `
    const first = $.cellar.task("first", () => 1), second = $.cellar.task("second", (n) => n + 1);
    const before = await first();
    await new Promise((resolve) => setTimeout(resolve, 40));
    await second(before);`;
  const ran = await session.run(body, { cellId: "c9" });
  const shown = dataOf(ran.outputs, FLOW_RUN_MIME) as FlowRunRecord[];
  assert.is(new Set(shown.map(({ id }) => id)).size, 1);
  assert.is(shown.at(-1)!.state.type, "Success");
  assert.is(shown.filter(({ state }) => state.type === "Success").length, 1);
});

test("a run goes on in a fresh session where it failed in a dead one", async () => {
  await session.run("$.ready = false");
  const failed = lastRun(await session.run(FLOW, { cellId: "c6" }))!;
  await session.stop();
  session = await begin();
  await session.run("$.cellar = await $import('cellar'); $.ready = true");
  const done = lastRun(await session.run(FLOW, { cellId: "c6" }))!;
  assert.equal([done.id, done.state.type, done.kept, done.ran], [failed.id, "Success", 2, 3]);
});

async function assertRejects(promise: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await promise.then(
    () => undefined,
    (thrown: Error) => thrown,
  );
  assert.match(error?.message ?? "", message);
}

test.run();
