import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Tinypool } from "tinypool";
import type { ThreadAnswer, ThreadJob } from "./thread-messages.js";

/** An idle thread ends after this; until then it does not keep the process alive. */
const IDLE_MS = 10_000;
const WORKER = fileURLToPath(new URL("./worker.js", import.meta.url));

/** Threads that have loaded the same state of the notebook's files. */
export class ThreadPool {
  /** Files that tasks imported → when they had last been changed. */
  readonly #loaded = new Map<string, number>();
  #underWay = 0;
  #isRetired = false;

  private constructor(private readonly threads: Tinypool) {}

  static async open(workers: number): Promise<ThreadPool> {
    const { Tinypool } = await import("tinypool");
    const options = { filename: WORKER, minThreads: 0, maxThreads: workers, idleTimeout: IDLE_MS };
    return new ThreadPool(new Tinypool(options));
  }

  /** Runs a job; `signal` ends its thread. */
  async run(job: ThreadJob, signal: AbortSignal): Promise<ThreadAnswer> {
    this.#underWay += 1;
    try {
      const answer = (await this.threads.run(job, { signal, transferList: [job.port] })) as ThreadAnswer;
      for (const { path, changed } of answer.loaded) this.#loaded.set(path, changed);
      return answer;
    } finally {
      this.#underWay -= 1;
      if (this.#isRetired && this.#underWay === 0) await this.close();
    }
  }

  /** Whether a file that a task imported has been changed since: a thread would go on with the old one. */
  get isStale(): boolean {
    return [...this.#loaded].some(([path, changed]) => statSync(path, { throwIfNoEntry: false })?.mtimeMs !== changed);
  }

  /** Takes no more jobs, and closes behind the last one. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    if (this.#underWay === 0) await this.close();
  }

  /** Ends all threads; what they run is given up. */
  async close(): Promise<void> {
    await this.threads.destroy();
  }
}
