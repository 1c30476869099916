import type { Executor, RunToken, TaskRef } from "../flow/executor.js";
import { toErrorRecord } from "../links/error-record.js";
import { Failed, type State } from "../state/states.js";
import { BullDispatch } from "./bull-dispatch.js";
import { ParcelSender } from "./carried-values.js";
import { ArtifactMaker } from "./code-artifact.js";
import type { Dispatch, Posting, Shelf } from "./dispatch.js";
import { libraryVersion } from "./library-version.js";
import { OpenAttempts } from "./open-attempts.js";
import { PROTOCOL, type WorkerNotice } from "./orders.js";
import { isLoopback, queueAddress, shownAddress, signingKey } from "./queue-address.js";
import { QueuedAttempt } from "./queued-attempt.js";

/** What makes a QueueExecutor. */
export interface QueueOptions {
  /** URL of Redis 6.2 or newer, or Valkey. @default CELLAR_QUEUE, else "redis://127.0.0.1:6379" */
  readonly connection?: string;
  /** Workers of one name share the work. @default "cellar" */
  readonly queue?: string;
  /** Attempts of one flow run in the queue or on workers at once. @default 4 times the slots that are there, 64 to 4096 */
  readonly concurrency?: number;
  /** Where large values go. @default through Redis in pieces, up to `largestThroughQueue` */
  readonly shelf?: Shelf;
  /** Bytes of one value that may go through Redis. @default 32 MiB */
  readonly largestThroughQueue?: number;
  /** Packages that workers have and that are not to be bundled. @default those with native parts */
  readonly external?: readonly string[];
  /** Secret that signs code, orders and outcomes. @default CELLAR_QUEUE_KEY; none only where this machine alone reaches the queue */
  readonly key?: string;
  /** Goes without a key though others reach the queue. @default false */
  readonly unsigned?: boolean;
}

const LARGEST_THROUGH_QUEUE = 32 * 1024 * 1024;
const FEWEST = 64;
const MOST = 4096;
const NO_WORKER_MS = 10_000;

/**
 * Calls tasks on workers that share a queue (`cellar worker`). A task's code goes there with all it refers to, and its
 * imports in one bundle; nothing is deployed. An attempt is called at least once: where a worker dies it begins again on
 * another.
 */
export class QueueExecutor implements Executor {
  readonly #url: URL;
  readonly #queue: string;
  readonly #options: QueueOptions;
  readonly #key: string | null;
  readonly #dispatch: Dispatch;
  /** Of the notebook or script whose tasks are submitted. */
  #importFolder = process.cwd();
  readonly #attempts: OpenAttempts;
  readonly #byTaskRun = new Map<string, QueuedAttempt>();
  readonly #artifacts: ArtifactMaker;
  readonly #sender: ParcelSender;
  readonly #said = new Set<string>();
  #waiting: Posting[] = [];
  #posting: Promise<void> | undefined;
  #slots = 0;
  #idleSince = Date.now();
  #isClosed = false;

  /** @throws {TypeError} naming the option that makes no sense. */
  constructor(options: QueueOptions = {}) {
    const { concurrency, largestThroughQueue = LARGEST_THROUGH_QUEUE, shelf } = options;
    if (concurrency !== undefined && !(concurrency >= 1))
      throw new TypeError(`Cannot make a QueueExecutor: concurrency is ${concurrency}, not 1 or more`);
    if (!(largestThroughQueue >= 0))
      throw new TypeError(`Cannot make a QueueExecutor: largestThroughQueue is ${largestThroughQueue}, not a size`);
    this.#options = options;
    this.#url = queueAddress(options.connection);
    this.#queue = options.queue ?? "cellar";
    this.#key = signingKey(this.#url, options);
    this.#dispatch = new BullDispatch({ url: this.#url, queue: this.#queue });
    this.#dispatch.onAway((isAway) => {
      if (isAway && this.#attempts.size > 0) this.#warn(`The queue at ${this.#shown} is away; the run waits for it`);
      if (!isAway) this.#said.delete(`The queue at ${this.#shown} is away; the run waits for it`);
    });
    const after = (delayMs: number, body: () => void) => {
      const timer = setTimeout(body, delayMs);
      return () => clearTimeout(timer);
    };
    this.#attempts = new OpenAttempts(this.#dispatch, { now: Date.now, after }, () => this.#lookForWorkers());
    this.#artifacts = new ArtifactMaker(() => this.#importFolder, options.external ?? []);
    const largest = shelf ? Number.POSITIVE_INFINITY : largestThroughQueue;
    this.#sender = new ParcelSender(() => shelf ?? this.#dispatch.depot, largest);
  }

  /** Attempts of one flow run that may be in the queue or on workers at once. */
  get concurrency(): number {
    return this.#options.concurrency ?? Math.min(MOST, Math.max(FEWEST, 4 * this.#slots));
  }

  async submit(ref: TaskRef, inputs: readonly unknown[], token: RunToken): Promise<State> {
    this.#importFolder = token.importFolder;
    try {
      if (this.#isClosed) throw new Error(`Cannot run task "${ref.task.name}" on a worker: the executor is closed`);
      await this.#open();
      return await this.#run(ref, inputs, token);
    } catch (thrown) {
      const { name, message } = toErrorRecord(thrown);
      return new Failed<unknown>({ message: `${name}: ${message}`, result: thrown });
    }
  }

  cancel(taskRunId: string): void {
    this.#byTaskRun.get(taskRunId)?.giveUp();
  }

  /** Ends the connection. Attempts under way go on to their ends on their workers; nobody here hears of them. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const attempt of this.#byTaskRun.values())
      attempt.end(new Failed<unknown>({ message: "The executor was closed." }));
    await this.#dispatch.close();
  }

  get #shown(): string {
    return shownAddress(this.#url);
  }

  async #open(): Promise<void> {
    const { warnings } = await this.#dispatch.open();
    for (const warning of warnings) if (!isLoopback(this.#url)) this.#warn(warning);
  }

  async #run(ref: TaskRef, inputs: readonly unknown[], token: RunToken): Promise<State> {
    const { shelf, largestThroughQueue = LARGEST_THROUGH_QUEUE } = this.#options;
    if (this.#attempts.size === 0) {
      this.#artifacts.refresh(); // files may have changed since the last run
      this.#idleSince = Date.now();
    }
    const id = ref.attempt;
    const attempt = new QueuedAttempt({
      id,
      ref,
      inputs,
      token,
      key: this.#key,
      depot: shelf ?? this.#dispatch.depot,
      artifacts: this.#artifacts,
      sender: this.#sender,
      shelf: shelf?.place ?? null,
      largest: largestThroughQueue,
      post: (posting, isAgain) => (isAgain ? this.#dispatch.postAgain([posting]) : this.#post(posting)),
      withdraw: () => this.#dispatch.withdraw([id]),
    });
    this.#byTaskRun.set(ref.taskRunId, attempt);
    this.#attempts.add(attempt);
    try {
      const state = await attempt.begin();
      void this.#dispatch.forget(attempt.run, [attempt.id]).catch(() => {}); // it goes by itself in a week
      return state;
    } finally {
      this.#attempts.remove(attempt.id);
      if (this.#byTaskRun.get(ref.taskRunId) === attempt) this.#byTaskRun.delete(ref.taskRunId);
    }
  }

  /** Orders of one turn of the event loop go together. */
  #post(posting: Posting): Promise<void> {
    this.#waiting.push(posting);
    this.#posting ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      const postings = this.#waiting;
      this.#waiting = [];
      this.#posting = undefined;
      return this.#dispatch.post(postings);
    });
    return this.#posting;
  }

  async #lookForWorkers(): Promise<void> {
    const workers = await this.#dispatch.workers();
    const able = workers.filter(({ protocol, leaving }) => protocol === PROTOCOL && !leaving);
    this.#slots = able.reduce((sum, { slots }) => sum + slots, 0);
    const others = workers.filter(({ protocol }) => protocol !== PROTOCOL);
    if (others.length > 0) this.#warn(otherProtocol(others, this.#queue));
    if (able.length > 0 || Date.now() - this.#idleSince < NO_WORKER_MS) return;
    this.#warn(
      `No worker takes queue "${this.#queue}"; start one: cellar worker --connection ${this.#shown}${
        this.#queue === "cellar" ? "" : ` --queue ${this.#queue}`
      }`,
    );
  }

  /** Says something once. */
  #warn(text: string): void {
    if (this.#said.has(text)) return;
    this.#said.add(text);
    console.warn(text);
  }
}

function otherProtocol(others: readonly WorkerNotice[], queue: string): string {
  const versions = [...new Set(others.map(({ cellar }) => cellar))].join(" and ");
  const [workers, them] = others.length === 1 ? ["1 worker", "it"] : [`${others.length} workers`, "them"];
  const run = others.length === 1 ? "runs" : "run";
  return `${workers} of queue "${queue}" ${run} Cellar ${versions} and cannot take orders of ${libraryVersion()}: update ${them}`;
}
