import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { HistoryLine, HistoryStore } from "../../src/store/history-store.js";

const KEEP_AFTER_MS = 200;

interface Opened {
  readonly store: HistoryStore;
  /** This kernel's own number there. */
  readonly session: number;
}

/** The file of the history: CELLAR_HISTORY, or one of the person's; null when that is "off". */
export function historyPath(env: NodeJS.ProcessEnv): string | null {
  if (env.CELLAR_HISTORY === "off") return null;
  return resolve(
    env.CELLAR_HISTORY || join(env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "cellar", "history.db"),
  );
}

/**
 * The history of earlier kernels, and this one's place in it. Opened when first needed; nothing that goes wrong
 * with it keeps a cell from running: it is told once, and what is kept then is nothing.
 */
export class KeptHistory {
  private opening: Promise<Opened | null> | undefined;
  private readonly unkept: Omit<HistoryLine, "session">[] = [];
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** @param path null keeps nothing. */
  constructor(private readonly path: string | null) {}

  /** Keeps a line of this kernel, soon: the next cell does not share the processor with the disk. */
  add(line: Omit<HistoryLine, "session">): void {
    this.unkept.push(line);
    this.timer ??= setTimeout(() => void this.session(), KEEP_AFTER_MS);
  }

  /** This kernel's number; 1 where nothing is kept. */
  session(): Promise<number> {
    return this.use(async ({ session }) => session, 1);
  }

  /** The newest lines of earlier kernels, those that fit a pattern of `*` and `?` alone where one is given. */
  earlier(n: number, pattern?: string): Promise<readonly HistoryLine[]> {
    const ask = async ({ store, session }: Opened): Promise<HistoryLine[]> =>
      pattern === undefined
        ? await store.tail(session, n)
        : await store.search(session, pattern.replaceAll("[", "[[]"), n);
    return this.use(ask, []);
  }

  /** Lines of one earlier kernel. */
  range(session: number, start: number, stop: number): Promise<readonly HistoryLine[]> {
    return this.use(({ store }) => store.range(session, start, stop), []);
  }

  async close(): Promise<void> {
    if (this.opening || this.unkept.length > 0) await this.use(({ store }) => store.close(), undefined);
    this.opening = Promise.resolve(null); // what comes later is not kept
  }

  /** One after another: whoever closes the file waits for the lines that are being written. */
  private use<T>(body: (opened: Opened) => Promise<T>, otherwise: T): Promise<T> {
    const answer = this.last.then(() => this.useAlone(body, otherwise));
    this.last = answer; // useAlone does not reject
    return answer;
  }

  private async useAlone<T>(body: (opened: Opened) => Promise<T>, otherwise: T): Promise<T> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const lines = this.unkept.splice(0);
    try {
      const opened = await this.open();
      if (!opened) return otherwise;
      for (const line of lines) await opened.store.add({ ...line, session: opened.session });
      return await body(opened);
    } catch (error) {
      process.stderr.write(`The history is not kept: ${(error as Error).message}\n`);
      this.opening = Promise.resolve(null);
      return otherwise;
    }
  }

  private open(): Promise<Opened | null> {
    this.opening ??= this.begin();
    return this.opening;
  }

  private async begin(): Promise<Opened | null> {
    if (this.path === null) return null;
    const [{ HistoryStore }, { openSqlite3 }] = await Promise.all([
      import("../../src/store/history-store.js"),
      import("../../src/store/sqlite3-driver.js"),
    ]);
    const store = await HistoryStore.open(this.path, openSqlite3);
    return { store, session: await store.begin(Date.now()) };
  }
}
