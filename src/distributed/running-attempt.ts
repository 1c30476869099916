import { hostname } from "node:os";
import type { Json } from "../contracts/json.js";
import { formatBytes } from "../display/human-units.js";
import { toErrorRecord } from "../links/error-record.js";
import { dumpState } from "../state/dump-state.js";
import { Crashed, Failed, type State, TimedOut } from "../state/states.js";
import { bytesName, type Parcel, ParcelSender, packValue, TooLargeError, valueName } from "./carried-values.js";
import type { Delivery, Depot, WorkerDispatch } from "./dispatch.js";
import type { Carried, Note, Order, Outcome } from "./orders.js";
import { seal } from "./sealed.js";
import type { FromTask, StopReason, TaskReport } from "./task-messages.js";
import type { TaskSlot } from "./task-slot.js";
import type { WorkerFiles } from "./worker-files.js";

/** What an attempt needs of its worker. */
export interface AttemptDeps {
  readonly order: Order;
  readonly delivery: Delivery;
  readonly slot: TaskSlot;
  /** Name of the worker. */
  readonly worker: string;
  readonly key: string | null;
  readonly files: WorkerFiles;
  readonly dispatch: WorkerDispatch;
  readonly depot: Depot;
}

/** How long a task that was told to stop may take to end by itself. */
const GRACE_MS = 1000;

/** One attempt on a worker, from its order to its outcome. */
export class RunningAttempt {
  /** Resolves when its outcome is there, or nobody waits for one, and its slot is free. */
  readonly settled: Promise<void>;
  readonly #deps: AttemptDeps;
  #settle!: () => void;
  #timers: NodeJS.Timeout[] = [];
  /** What it came to is decided. */
  #isOver = false;
  #committing: Promise<unknown> = Promise.resolve();
  /** The lease is ended by an outcome, or by another worker. */
  #isCommitted = false;

  constructor(deps: AttemptDeps) {
    this.#deps = deps;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** Calls the task, and writes what it came to. */
  async run(): Promise<void> {
    const { order, slot, worker, files, delivery, dispatch } = this.#deps;
    const { task, artifact, constants, inputs, parameters, loopResult, context, serializer } = order;
    const job = { task, worker, folder: files.folder, artifact, constants, inputs, parameters, loopResult, context };
    if (this.#isOver) {
      await dispatch.drop(delivery); // stopped while its values came
      this.#settle();
      return;
    }
    const ended = await slot.run({ ...job, serializer }, (note) => this.#hear(note));
    for (const timer of this.#timers) clearTimeout(timer);
    if ("report" in ended) await this.#finish(() => this.#reported(ended.report));
    else if (!this.#isOver)
      await this.crash(`The process of task "${task}" on worker "${worker}" ended (${ended.died})${hint(ended.died)}`);
    await this.#committing;
    if (!this.#isCommitted) await dispatch.drop(delivery);
    this.#settle();
  }

  /** It ends as Crashed. */
  async crash(message: string): Promise<void> {
    await this.#finish(() => this.#commit(new Crashed<unknown>({ message }), null));
    this.#settle();
  }

  /** It ends as Failed, without having been called. */
  async fail(error: Error): Promise<void> {
    await this.#finish(() => this.#failed(error));
    this.#settle();
  }

  /** What the order names is not in the depot: whoever posted it puts it there and posts it again. */
  async askFor(missing: readonly string[]): Promise<void> {
    const { dispatch, delivery } = this.#deps;
    await dispatch.drop(delivery);
    dispatch.note(delivery.run, [{ attempt: delivery.attempt, missing }]);
    this.#settle();
  }

  /** Nobody waits for it any more. */
  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop({ name: "AbortError", message: "The run was stopped." });
  }

  /** The worker ends: another one is to run it. */
  async handBack(): Promise<void> {
    const { dispatch, delivery, slot } = this.#deps;
    if (this.#isOver) return await this.settled;
    this.#isOver = true;
    this.#isCommitted = true; // not by this worker
    slot.kill();
    await dispatch.handBack(delivery);
  }

  #hear(note: FromTask): void {
    const { dispatch, delivery, worker } = this.#deps;
    const { attempt, run } = delivery;
    const say = (said: Note) => dispatch.note(run, [said]);
    if ("began" in note) {
      say({ attempt, began: { worker, host: hostname() } });
      this.#keepTime();
    } else if ("log" in note) say({ attempt, log: note.log });
    else if ("fraction" in note) say({ attempt, ...note });
  }

  #keepTime(): void {
    const { timeoutMs } = this.#deps.order;
    if (timeoutMs === null) return;
    this.#timers.push(
      setTimeout(() => {
        const message = `It took longer than ${timeoutMs} ms.`;
        void this.#finish(async () =>
          this.#commit(
            new TimedOut<unknown>({ message }),
            await this.#carried(new DOMException(message, "TimeoutError")),
          ),
        );
        this.#stop({ name: "TimeoutError", message });
      }, timeoutMs),
    );
  }

  #stop(reason: StopReason): void {
    const { slot } = this.#deps;
    slot.stop(reason);
    this.#timers.push(setTimeout(() => slot.kill(), GRACE_MS));
  }

  /** The first to decide what it came to does so. */
  async #finish(decide: () => Promise<unknown>): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#isCommitted = true;
    this.#committing = decide();
    await this.#committing;
  }

  async #reported({ state, result }: TaskReport): Promise<void> {
    const { order, files } = this.#deps;
    try {
      if (result) await this.#sender().send(parcelsOf(result, files));
      await this.#write(state, result);
    } catch (thrown) {
      if (!(thrown instanceof TooLargeError)) throw thrown;
      const [bytes, most] = [formatBytes(thrown.bytes), formatBytes(order.largest)];
      const what = `Cannot send the result of task "${order.task}" (${bytes}): more than ${most} goes through no queue`;
      await this.#failed(new Error(`${what}; give QueueExecutor and the workers a shelf`));
    }
  }

  async #failed(error: Error): Promise<void> {
    const { name, message } = toErrorRecord(error);
    await this.#commit(new Failed<unknown>({ message: `${name}: ${message}` }), await this.#carried(error));
  }

  async #carried(error: unknown): Promise<Carried> {
    const { carried, parcels } = await packValue(error);
    await this.#sender().send(parcels);
    return carried;
  }

  async #commit(state: State, result: Carried | null): Promise<void> {
    await this.#write((await dumpState(state)) as Json, result);
  }

  async #write(state: Json, result: Carried | null): Promise<void> {
    const { delivery, dispatch, worker, key } = this.#deps;
    const { run, attempt } = delivery;
    const outcome: Outcome = { run, attempt, worker, state, result };
    await dispatch.commit(delivery, seal("outcome", JSON.stringify(outcome), key));
  }

  #sender(): ParcelSender {
    const { depot, order } = this.#deps;
    return new ParcelSender(() => depot, order.shelf === null ? order.largest : Number.POSITIVE_INFINITY);
  }
}

/** V8 ends a process that wants more memory than it may have by an abort; the system by a kill. */
const hint = (died: string): string =>
  died === "SIGABRT" || died === "SIGKILL" ? ": it may want more memory (--memory)" : "";

function parcelsOf({ id, text, bytes, blobs }: Carried, files: WorkerFiles): Parcel[] {
  const parcel = (name: string, sha256: string, size: number): Parcel => ({
    name,
    bytes: size,
    content: () => files.pieces(sha256, size),
  });
  return [
    ...(text === undefined ? [parcel(valueName(id), id, bytes)] : []),
    ...blobs.map(({ sha256, bytes: size }) => parcel(bytesName(sha256), sha256, size)),
  ];
}
