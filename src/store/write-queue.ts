/** Something to write. `weight` is about its size in characters. */
export interface QueuedWrite {
  /** Settles when what must be on disk before the row (a blob) is. */
  readonly ready?: Promise<void>;
  readonly weight: number;
}

interface Waiting<W extends QueuedWrite> {
  readonly write: W;
  resolve(): void;
  reject(error: unknown): void;
}

/** A larger group makes everyone in it wait for one commit. */
const HEAVIEST_GROUP = 8_000_000;
const LARGEST_GROUP = 4_000;

/**
 * Groups writes: what is added while a commit is in flight goes into the next one, in order. When a group
 * fails, its writes are tried one by one, so that a write fails for reasons of its own only.
 */
export class WriteQueue<W extends QueuedWrite> {
  readonly #commit: (group: readonly W[]) => Promise<void>;
  readonly #hitsAll: (error: unknown) => boolean;
  #waiting: Waiting<W>[] = [];
  #running: Promise<void> | undefined;

  /**
   * @param commit makes a group durable, all of it or nothing.
   * @param hitsAll tells a failure that has nothing to do with one write (a full disk): all in the group share it.
   */
  constructor(commit: (group: readonly W[]) => Promise<void>, hitsAll: (error: unknown) => boolean) {
    this.#commit = commit;
    this.#hitsAll = hitsAll;
  }

  /** Resolves when `write` is durable. */
  add(write: W): Promise<void> {
    write.ready?.catch(() => {}); // looked at when its turn comes
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // what is added in the same turn shares the first commit
    while (this.#waiting.length > 0) await this.#write(await this.#ready(this.#takeGroup()));
    this.#running = undefined;
  }

  #takeGroup(): Waiting<W>[] {
    let weight = 0;
    let size = 0;
    while (size < this.#waiting.length && size < LARGEST_GROUP) {
      weight += this.#waiting[size]!.write.weight;
      if (size > 0 && weight > HEAVIEST_GROUP) break;
      size += 1;
    }
    return this.#waiting.splice(0, size);
  }

  async #ready(group: readonly Waiting<W>[]): Promise<Waiting<W>[]> {
    const ready: Waiting<W>[] = [];
    for (const waiting of group) {
      try {
        if (waiting.write.ready) await waiting.write.ready;
        ready.push(waiting);
      } catch (error) {
        waiting.reject(error);
      }
    }
    return ready;
  }

  async #write(group: readonly Waiting<W>[]): Promise<void> {
    if (group.length === 0) return;
    try {
      await this.#commit(group.map(({ write }) => write));
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1 || this.#hitsAll(error)) for (const { reject } of group) reject(error);
      else for (const waiting of group) await this.#write([waiting]);
    }
  }
}
