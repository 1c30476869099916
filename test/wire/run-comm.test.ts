import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { SessionCalls } from "../../kernel/links/session-calls.js";
import type { JsonObject } from "../../kernel/protocol/messages.js";
import type { CommEnd } from "../../kernel/wire/comms.js";
import { KernelStore } from "../../kernel/wire/kernel-store.js";
import { LiveProgress } from "../../kernel/wire/live-progress.js";
import { type RunCommParts, runCommTarget } from "../../kernel/wire/run-comm.js";
import {
  type FlowRunSummary,
  NO_RESULT_RECORD,
  type StateRecord,
  type TaskRunRecord,
} from "../../src/contracts/records.js";
import type { RunCommEvent } from "../../src/contracts/run-comm.js";
import type { Caller } from "../../src/links/calls.js";
import type { Owner } from "../../src/store/begin-ask.js";
import { openStoreHere } from "../../src/store/open-store.js";
import type { Transition } from "../../src/store/store.js";
import { beginRun } from "../store/sample-records.js";

const folder = mkdtempSync(join(tmpdir(), "cellar-run-comm-"));
const progress = new LiveProgress();
const store = new KernelStore(join(folder, "store.db"));
test.after(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const owner: Owner = { id: "test", pid: process.pid, startedAt: Date.now() };
const state = (type: StateRecord["type"]): StateRecord => ({
  v: 1,
  type,
  message: null,
  timestamp: 1000,
  runCount: 1,
  result: NO_RESULT_RECORD,
});
const run = (id: string, type: StateRecord["type"]): FlowRunSummary => ({
  v: 1,
  id,
  flow: "etl",
  place: { file: "n.ipynb", cell: "c" },
  state: state(type),
  attempt: 1,
  kept: 0,
  ran: 0,
  createdAt: 1000,
  startedAt: 1000,
  endedAt: null,
  parameters: {},
});
const task = (flowRunId: string, name: string, type: StateRecord["type"]): TaskRunRecord => ({
  id: `${flowRunId}-${name}`,
  flowRunId,
  attempt: 1,
  name,
  task: name,
  mapIndex: null,
  state: state(type),
  maxAttempts: 1,
  kept: false,
  startedAt: 1000,
  endedAt: null,
  reason: null,
});
const transition = (of: TaskRunRecord): Transition => ({
  run: of,
  memory: { sourceKey: null, inputKeys: {}, result: null, cachedInputs: {}, cacheKey: null, cacheExpires: null },
  results: [],
});
const graph = ["a", "b"].map((name) => ({ name, task: name, upstream: [], mapped: false, tags: [] }));
const begin = async (id: string) => beginRun(await store.open(), run(id, "Running"), graph, owner);

const unread = () => Promise.reject(new Error("nothing is read"));
const NO_PREVIEWS: RunCommParts["previews"] = { read: unread, download: unread, downloadNext: unread };

/** Follows a run and keeps what is sent. */
function follow(
  runId: string,
  session: Caller<SessionCalls> = () => Promise.reject(new Error("no session runs")),
  read: RunCommParts["previews"]["read"] = () => Promise.reject(new Error("nothing is read")),
) {
  const sent: RunCommEvent[] = [];
  const link = { send: (data: JsonObject) => void sent.push(data as unknown as RunCommEvent), close: () => {} };
  const parts: RunCommParts = {
    openStore: () => store.openChecked(),
    listen: store.listen.bind(store),
    onDoubt: store.onDoubt.bind(store),
    session,
    previews: { ...NO_PREVIEWS, read },
    progress,
  };
  const end: CommEnd = runCommTarget(parts)(link, { runId });
  const until = async (count: number) => {
    while (sent.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
    return sent;
  };
  return { sent, end, until };
}

test("a run that the store does not know is missing", async () => {
  const { until, end } = follow("no-such-run");
  assert.is((await until(1))[0]!.kind, "missing");
  end.close();
});

test("a snapshot, then only what changed", async () => {
  const hold = await begin("r1");
  const { until, end } = follow("r1");
  const [snapshot] = await until(1);
  assert.ok(snapshot?.kind === "snapshot" && snapshot.run.graph.length === 2);
  for (const type of ["Running", "Success"] as const)
    await (await store.open()).append(hold, [transition(task("r1", "a", type))], {
      run: { ...run("r1", "Running"), ran: 1 },
    });
  const delta = (await until(2))[1]!;
  assert.ok(delta.kind === "delta" && delta.seq === 2);
  assert.is(delta.run.ran, 1);
  assert.equal(
    delta.tasks.map((each) => [each.name, each.state.type]),
    [["a", "Success"]],
  );
  end.close();
});

test("a new attempt comes as a snapshot", async () => {
  await beginRun(await store.open(), { ...run("r2", "Failed"), endedAt: 2000 }, graph, owner);
  const { until, end } = follow("r2");
  await until(1);
  await beginRun(await store.open(), { ...run("r2", "Running"), attempt: 2 }, graph, owner);
  const second = (await until(2))[1]!;
  assert.ok(second.kind === "snapshot" && second.run.attempt === 2 && second.seq === 2);
  end.close();
});

test("progress reaches a view, and is in the snapshot of one that opens later", async () => {
  const hold = await begin("p1");
  await (await store.open()).append(hold, [transition(task("p1", "a", "Running"))]);
  const running = task("p1", "a", "Running");
  const first = follow("p1");
  await first.until(1);
  progress.tell("p1", [{ ...running, state: { ...running.state, progress: { fraction: 0.4, message: "half" } } }]);
  const delta = (await first.until(2))[1]!;
  assert.ok(delta.kind === "delta");
  assert.is(delta.tasks[0]!.state.progress?.fraction, 0.4);
  const later = follow("p1");
  const snapshot = (await later.until(1))[0]!;
  assert.ok(snapshot.kind === "snapshot");
  assert.is(snapshot.run.tasks[0]!.state.progress?.message, "half");
  first.end.close();
  later.end.close();
});

test("a run whose owner has died is sent as Crashed, with what ended it", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  const hold = await beginRun(await store.open(), run("d1", "Running"), graph, {
    id: "dies",
    pid: child.pid!,
    startedAt: Date.now(),
  });
  await (await store.open()).append(hold, [transition(task("d1", "a", "Running"))]);
  const { until, end } = follow("d1");
  await until(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  store.doubt("The session was killed by SIGKILL");
  const last = (await until(2)).at(-1)!;
  assert.ok(last.kind === "snapshot" && last.crash === "The session was killed by SIGKILL", JSON.stringify(last));
  assert.is(last.run.state.type, "Crashed");
  assert.is(last.run.tasks[0]!.state.type, "Crashed");
  end.close();
});

test("a run that another process writes is followed all the same", async () => {
  const hold = await begin("o1");
  const { until, end } = follow("o1");
  await until(1);
  const other = await openStoreHere(join(folder, "store.db"));
  await other.append(hold, [transition(task("o1", "a", "Success"))], {
    run: { ...run("o1", "Success"), endedAt: 2000 },
  });
  await other.close();
  const last = (await until(2)).at(-1)!;
  assert.ok(last.kind === "snapshot" && last.run.state.type === "Success");
  end.close();
});

test("a store whose file is deleted is told to every view, in words", async () => {
  const path = join(folder, "deleted.db");
  const lost = new KernelStore(path);
  await beginRun(await lost.open(), run("l1", "Running"), graph, owner);
  const sent: RunCommEvent[] = [];
  const link = { send: (data: JsonObject) => void sent.push(data as unknown as RunCommEvent), close: () => {} };
  const end = runCommTarget({
    openStore: () => lost.openChecked(),
    listen: lost.listen.bind(lost),
    onDoubt: lost.onDoubt.bind(lost),
    session: () => Promise.reject(new Error("no session runs")),
    previews: NO_PREVIEWS,
    progress,
  })(link, { runId: "l1" });
  while (sent.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  rmSync(path);
  while (sent.at(-1)!.kind !== "missing") await new Promise((resolve) => setTimeout(resolve, 20));
  const last = sent.at(-1)!;
  assert.ok(last.kind === "missing" && /was deleted while it was in use/.test(last.reason));
  end.close();
  await lost.close();
});

test("a closed comm hears nothing more", async () => {
  const hold = await begin("r3");
  const closed = follow("r3");
  await closed.until(1);
  closed.end.close();
  const open = follow("r3");
  await open.until(1);
  await (await store.open()).append(hold, [transition(task("r3", "a", "Running"))]);
  await open.until(2);
  assert.is(closed.sent.length, 1);
  open.end.close();
});

test("requests are acknowledged with their id", async () => {
  await begin("r4");
  const asked: unknown[] = [];
  const session = (async (name: string, ask: unknown) => {
    asked.push([name, ask]);
    return null;
  }) as unknown as Caller<SessionCalls>;
  const { until, end } = follow("r4", session);
  await until(1);
  end.message({ id: 7, ask: "retry", rerun: { kind: "from", task: "a" } });
  assert.equal((await until(2))[1], { kind: "answer", id: 7, ok: true, value: null });
  assert.equal(asked, [["retryRun", { runId: "r4", rerun: { kind: "from", task: "a" } }]]);
  end.message({ id: 8, ask: "logs", taskRunId: "r4-a" });
  assert.equal((await until(3))[2], { kind: "answer", id: 8, ok: true, value: [] });
  end.message({ id: 9, ask: "preview", resultId: "nothing" });
  const refused = (await until(4))[3]!;
  assert.ok(refused.kind === "answer" && !refused.ok && /no such result/.test(refused.error));
  end.close();
});

test("a request that is not in the contract is refused", async () => {
  await begin("r5");
  const { until, end } = follow("r5");
  await until(1);
  end.message({ id: 1, ask: "explode" });
  const refused = (await until(2))[1]!;
  assert.ok(refused.kind === "answer" && !refused.ok && /"explode"/.test(refused.error));
  end.close();
});

test.run();
