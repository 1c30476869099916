import { test } from "uvu";
import * as assert from "uvu/assert";
import { applyDelta, RunLink } from "../../extension/src/run-link.js";
import type { FlowRunRecord } from "../../src/contracts/records.js";
import type { RunCommEvent } from "../../src/contracts/run-comm.js";
import { failedRun, mappedRun, sampleTask } from "../display/sample-runs.js";

type Listener = (sender: unknown, value: unknown) => void;

/** Records what is connected, as Lumino's signals do it. */
function signal() {
  const listeners: [Listener, unknown][] = [];
  return {
    connect: (listener: Listener, self: unknown) => void listeners.push([listener, self]),
    disconnect: (listener: Listener, self: unknown) => {
      const at = listeners.findIndex(([each, its]) => each === listener && its === self);
      if (at >= 0) listeners.splice(at, 1);
    },
    emit: (value: unknown) => {
      for (const [listener, self] of [...listeners]) listener.call(self, undefined, value);
    },
    count: () => listeners.length,
  };
}

/** A session whose kernel records the comms that are opened on it. */
function session(kernelStatus: string | null = "idle") {
  const comms: {
    target: string;
    opened?: unknown;
    sent: unknown[];
    isDisposed: boolean;
    onMsg(message: unknown): void;
    onClose(message: unknown): void;
    open(data: unknown): void;
    send(data: unknown): void;
    close(): void;
  }[] = [];
  const kernel = {
    status: kernelStatus,
    connectionStatus: "connected",
    handleComms: true,
    isDisposed: false,
    createComm(target: string) {
      const comm: (typeof comms)[number] = {
        target,
        sent: [],
        isDisposed: false,
        onMsg: () => {},
        onClose: () => {},
        open: (data) => {
          comm.opened = data;
        },
        send: (data) => void comm.sent.push(data),
        close: () => {
          comm.isDisposed = true;
        },
      };
      comms.push(comm);
      return comm;
    },
  };
  const context = {
    session: kernelStatus === null ? null : { kernel },
    kernelChanged: signal(),
    statusChanged: signal(),
    connectionStatusChanged: signal(),
  };
  const hear = (event: RunCommEvent) => comms.at(-1)!.onMsg({ content: { data: event } });
  return { context, comms, kernel, hear };
}

function link(around = session()) {
  const runs: FlowRunRecord[] = [];
  const statuses: string[] = [];
  const made = new RunLink("run-1", around.context as never, {
    onRun: (run) => void runs.push(run),
    onStatus: (status) => void statuses.push(status),
    onCrash: () => {},
  });
  return { ...around, link: made, runs, statuses };
}
const snapshot = (run = failedRun(), seq = 1): RunCommEvent => ({ kind: "snapshot", seq, run });

test("RunLink opens a comm with the run's id and tells the snapshot", () => {
  const { comms, hear, runs, statuses } = link();
  assert.is(comms[0]!.target, "cellar.run.v1");
  assert.equal(comms[0]!.opened, { runId: "run-1" });
  hear(snapshot());
  assert.equal(runs, [failedRun()]);
  assert.equal(statuses, ["connecting", "live"]);
});

test("RunLink applies deltas in order", () => {
  const { hear, runs } = link();
  const { graph, tasks, ...summary } = failedRun({ ran: 4 });
  hear(snapshot());
  const changed = sampleTask("writeReport", { type: "Success" });
  hear({ kind: "delta", seq: 2, run: summary, tasks: [changed] });
  assert.is(runs.at(-1)!.ran, 4);
  assert.equal(runs.at(-1)!.tasks[3], changed);
  assert.is(runs.at(-1)!.tasks.length, 6);
});

test("RunLink asks for a new snapshot when a delta was lost", () => {
  const { comms, hear } = link();
  const { graph, tasks, ...summary } = failedRun();
  hear(snapshot());
  hear({ kind: "delta", seq: 4, run: summary, tasks: [] });
  assert.is(comms.length, 2);
  assert.ok(comms[0]!.isDisposed);
});

test("RunLink.ask() pairs answers with questions", async () => {
  const { link: made, comms, hear } = link();
  hear(snapshot());
  const [first, second] = [
    made.ask({ ask: "retry", rerun: { kind: "failed" } }),
    made.ask({ ask: "logs", taskRunId: "t" }),
  ];
  assert.equal(comms[0]!.sent, [
    { ask: "retry", rerun: { kind: "failed" }, id: 1 },
    { ask: "logs", taskRunId: "t", id: 2 },
  ]);
  hear({ kind: "answer", id: 2, ok: true, value: [] });
  hear({ kind: "answer", id: 1, ok: false, error: "no such run" });
  assert.equal(await second, []);
  await first.then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, "no such run"),
  );
});

test("RunLink.ask() rejects without a live kernel and when it goes away", async () => {
  const { link: made, hear, context } = link();
  const failure = async (promise: Promise<unknown>) =>
    promise.then(
      () => "",
      (error) => error.message,
    );
  assert.match(await failure(made.ask({ ask: "cancel" })), /not connected/);
  hear(snapshot());
  const asked = failure(made.ask({ ask: "cancel" }));
  context.statusChanged.emit("restarting");
  assert.match(await asked, /went away/);
});

test("RunLink opens again after a restart", () => {
  const { comms, hear, context, statuses } = link();
  hear(snapshot());
  context.statusChanged.emit("restarting");
  context.statusChanged.emit("idle");
  hear(snapshot());
  assert.is(comms.length, 2);
  assert.equal(statuses, ["connecting", "live", "connecting", "live"]);
});

test("RunLink opens again after a reconnect", () => {
  const { comms, hear, context, statuses, kernel } = link();
  hear(snapshot());
  kernel.connectionStatus = "disconnected";
  context.connectionStatusChanged.emit("disconnected");
  kernel.connectionStatus = "connected";
  context.connectionStatusChanged.emit("connected");
  hear(snapshot());
  assert.is(comms.length, 2);
  assert.equal(statuses, ["connecting", "live", "none", "connecting", "live"]);
});

test("RunLink says none without a kernel, and connects when one comes", () => {
  const around = session(null);
  const { statuses, comms, context, kernel } = link(around);
  assert.equal(statuses, ["none"]);
  kernel.status = "idle";
  context.session = { kernel };
  context.kernelChanged.emit({});
  assert.is(comms.length, 1);
});

test("RunLink says missing when the other side closes or does not know the run", () => {
  const closed = link();
  closed.comms[0]!.onClose({});
  assert.equal(closed.statuses, ["connecting", "missing"]);
  const unknown = link();
  unknown.hear({ kind: "missing", reason: "not in this store" });
  assert.equal(unknown.statuses, ["connecting", "missing"]);
});

test("RunLink asks a kernel that closed the comm again only after a restart", () => {
  const { comms, context } = link();
  comms[0]!.onClose({});
  context.statusChanged.emit("busy");
  context.statusChanged.emit("idle");
  assert.is(comms.length, 1);
  context.statusChanged.emit("restarting");
  context.statusChanged.emit("idle");
  assert.is(comms.length, 2);
});

test("RunLink.dispose() closes the comm and lets go of the session", () => {
  const { link: made, comms, context } = link();
  made.dispose();
  assert.ok(comms[0]!.isDisposed);
  assert.is(context.statusChanged.count() + context.kernelChanged.count() + context.connectionStatusChanged.count(), 0);
});

test("applyDelta() puts new task runs last", () => {
  const run = mappedRun(3);
  const child = sampleTask("inspect", { type: "Running", more: { mapIndex: 3 } });
  const { graph, tasks, ...summary } = run;
  const next = applyDelta(run, { kind: "delta", seq: 2, run: summary, tasks: [child] });
  assert.is(next.tasks.at(-1), child);
  assert.is(next.tasks.length, run.tasks.length + 1);
});

test.run();
