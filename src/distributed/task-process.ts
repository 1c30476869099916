import { createRequire } from "node:module";
import { callFunction } from "../engine/task/call-function.js";
import { loadShipped, type Namespace, placeOf } from "../engine/threads/load-shipped.js";
import { toErrorRecord } from "../links/error-record.js";
import { processPort } from "../links/port.js";
import { BlobShelf } from "../store/blob-shelf.js";
import { BlobFolder } from "../store/blobs.js";
import type { TaskContext } from "../task/context.js";
import { taskSettings } from "../task/task-settings.js";
import { unpackValue } from "./carried-values.js";
import { type ArtifactJson, readArtifact } from "./code-artifact.js";
import { importModules, MissingPackageError } from "./load-artifact.js";
import type { Carried, MaybeCarried } from "./orders.js";
import { endWithParent } from "./orphan-watch.js";
import { TaskToken } from "./task-context.js";
import type { FromTask, TaskJob, TaskReport, ToTask } from "./task-messages.js";
import { failedReport, reportOf } from "./task-report.js";

/** The process of a worker's slot: calls tasks one after another, and knows neither the queue nor its key. */

interface LoadedCode {
  readonly artifact: ArtifactJson;
  readonly modules: ReadonlyMap<string, Namespace>;
}

/** Code by hash: read and evaluated once. */
const loaded = new Map<string, Promise<LoadedCode>>();
let current: TaskToken | undefined;

const port = processPort(process);
const say = (note: FromTask): void => port.post(note);
port.onClose(() => process.exit());
const watched = endWithParent();
// Sent to all processes of a terminal or a container: the worker decides when this one ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
process.setSourceMapsEnabled(true); // modules carry their maps
// What CommonJS finds around it; modules that came along have no file here that could say.
const nowhere = placeOf(process.cwd(), "modules");
Object.assign(globalThis, { require: createRequire(nowhere), __dirname: process.cwd(), __filename: nowhere });

port.onMessage(async (message) => {
  const order = message as ToTask;
  if ("stop" in order) current?.stop(order.stop);
  else {
    await watched; // a task in a loop lets no thread begin
    say({ report: await runJob(order.job) });
  }
});

async function runJob(job: TaskJob): Promise<TaskReport> {
  const place = placeOf(process.cwd(), job.task);
  try {
    const { artifact, modules } = await codeOf(job, place);
    const values = (await read(job.constants, job)) as unknown[];
    const fn = await loadShipped(artifact, { place, values, modules });
    const [parameters, loopResult] = [await late(job.parameters, job), await late(job.loopResult, job)];
    const inputs = await Promise.all(job.inputs.map((input) => read(input, job)));
    const token = new TaskToken(job, { parameters: parameters as () => TaskContext["parameters"], loopResult }, say);
    current = token;
    say({ began: true });
    const task = { name: job.task, settings: taskSettings(job.task, {}), fn };
    const state = await callFunction(
      { taskRunId: job.context.taskName, attempt: job.context.taskName, task },
      inputs,
      token,
    );
    token.close();
    return await reportOf(state, job);
  } catch (thrown) {
    return await failedReport(thrown instanceof MissingPackageError ? notInstalled(thrown, job) : thrown, job);
  } finally {
    current = undefined;
  }
}

const notInstalled = ({ message, cause }: MissingPackageError, { task, worker }: TaskJob): Error =>
  new Error(`Cannot run task "${task}" on worker "${worker}": ${message}`, { cause });

function codeOf({ artifact: id, folder }: TaskJob, place: string): Promise<LoadedCode> {
  let code = loaded.get(id);
  if (!code) {
    code = loadCode(id, folder, place);
    code.catch(() => loaded.delete(id)); // a package may be installed meanwhile
    loaded.set(id, code);
  }
  return code;
}

async function loadCode(id: string, folder: string, place: string): Promise<LoadedCode> {
  const artifact = readArtifact(await textOf(id, folder), id);
  return { artifact, modules: await importModules(artifact, { folder, place }) };
}

async function textOf(id: string, folder: string): Promise<string> {
  const text = await new BlobFolder(folder).read(id);
  if (!text) throw new Error(`Cannot read ${id}: its file is damaged or gone`);
  return text.toString("utf8");
}

async function read(carried: Carried, { folder, task }: TaskJob): Promise<unknown> {
  const text = carried.text ?? (await textOf(carried.id, folder));
  return await unpackValue(carried, text, new BlobShelf({ folder: async () => folder, madeBy: async () => task }));
}

/** What most tasks never ask for: its trouble is told where it is read. */
async function late(carried: MaybeCarried, job: TaskJob): Promise<() => unknown> {
  try {
    if ("problem" in carried) throw new TypeError(carried.problem);
    const value = await read(carried, job);
    return () => value;
  } catch (thrown) {
    return () => {
      throw new TypeError(toErrorRecord(thrown).message, { cause: thrown });
    };
  }
}
