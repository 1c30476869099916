import type { Note, WorkerNotice } from "./orders.js";

/** What a queue engine promises. `bull-dispatch.ts` keeps it on Redis, `memory-dispatch.ts` within a process. */

/** An order on its way; `text` is sealed, and the queue does not look into it. */
export interface Posting {
  readonly run: string;
  readonly attempt: string;
  readonly text: string;
}

/** Large texts and bytes by name. They are kept for a week after their last use, or lost: whoever put them can again. */
export interface Depot {
  /** Of these names, those that are there. They are kept for another week. */
  holds(names: readonly string[]): Promise<ReadonlySet<string>>;
  /** Puts content under a name, whole or not at all. */
  put(name: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void>;
  /** The content, piece by piece; undefined when it is not there. */
  get(name: string): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** Where large content lies that coordinator and workers reach. */
export interface Shelf extends Depot {
  /** In words, the same on all machines: "s3://bucket/prefix", "/mnt/cellar". */
  readonly place: string;
}

/** What a queue says of itself when it is opened. */
export interface QueueHealth {
  /** What may be lost by the way the queue is set up, in words for people. @default nothing */
  readonly warnings: readonly string[];
}

/** The coordinator's side. */
export interface Dispatch {
  readonly depot: Depot;
  /** Connects. May be called again. @throws {Error} with the reason and a way out when the queue cannot be reached. */
  open(): Promise<QueueHealth>;
  /** Puts orders into the queue, each once: an attempt that is there already stays as it is. */
  post(postings: readonly Posting[]): Promise<void>;
  /** The same for orders of which only remains may be there: these go first. */
  postAgain(postings: readonly Posting[]): Promise<void>;
  /** Takes back what no worker has taken, and tells the worker of what one has to stop it. */
  withdraw(attempts: readonly string[]): Promise<void>;
  /** Of these attempts, those that wait or are leased to a worker. */
  has(attempts: readonly string[]): Promise<ReadonlySet<string>>;
  /** Of these attempts, the outcomes that are there. */
  outcomes(run: string, attempts: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Drops outcomes: they are on disk elsewhere, or nobody wants them. */
  forget(run: string, attempts: readonly string[]): Promise<void>;
  /** Hears what is said of a run's attempts, from what is still known on. Gives the way to stop. */
  follow(run: string, listener: (notes: readonly Note[]) => void): () => void;
  /** Something that was said of a run was missed: its notes are read from their end on, whatever their order. */
  rewind(run: string): Promise<void>;
  /** Workers that were there within some seconds. */
  workers(): Promise<readonly WorkerNotice[]>;
  /** How many orders wait for a worker. */
  waiting(): Promise<number>;
  /** Hears when the queue is away, and when it is back. */
  onAway(listener: (isAway: boolean) => void): void;
  /** Whether its connections keep the process alive: they do while something is awaited. */
  keepAlive(isAwaited: boolean): void;
  close(): Promise<void>;
}

/** An order that a worker has taken. */
export interface Delivery extends Posting {
  /** Names of the workers that took it before, and died or lost it. */
  readonly takers: readonly string[];
}

/** The worker's side. */
export interface WorkerDispatch {
  readonly depot: Depot;
  /** Connects. @throws {Error} with the reason and a way out when the queue cannot be reached. */
  open(): Promise<QueueHealth>;
  /** The next order; undefined when none came within some seconds. What has an outcome already is not given. */
  take(): Promise<Delivery | undefined>;
  /** Keeps the leases of all that was taken and has not ended. Gives those of them that were lost, and those to stop. */
  renew(): Promise<{ readonly lost: readonly string[]; readonly stopped: readonly string[] }>;
  /** Hears at once of an attempt that is to stop. `renew` tells of those that were missed. */
  onStop(listener: (attempt: string) => void): void;
  /** Writes an outcome and ends the lease. False when there is one already: the first wins. */
  commit(delivery: Posting, outcome: string): Promise<boolean>;
  /** Ends the lease without an outcome: nobody waits for it, or it is to be posted again. */
  drop(delivery: Posting): Promise<void>;
  /** Gives an order back to be taken by another worker, as if it had not been taken. */
  handBack(delivery: Posting): Promise<void>;
  /** Says something of attempts. Never rejects: a note may be lost. */
  note(run: string, notes: readonly Note[]): void;
  /** Says that this worker is there; to be said again within some seconds. */
  announce(notice: WorkerNotice): Promise<void>;
  /** Says that this worker is gone, rather than have others wait until it was not seen for a while. */
  leave(id: string): Promise<void>;
  /** Hears when the queue is away, and when it is back. */
  onAway(listener: (isAway: boolean) => void): void;
  close(): Promise<void>;
}
