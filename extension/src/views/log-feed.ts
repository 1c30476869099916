import type { LogRecord } from "../../../src/contracts/records.js";

/** Reads lines past the first `after`. */
export type ReadLog = (after: number) => Promise<readonly LogRecord[]>;

/** While a run goes on its log is asked for so often. */
const POLL_MS = 1000;

export interface LogFeed {
  readonly lines: readonly LogRecord[];
  /** Why there are no lines, in words. */
  readonly refusal: string | undefined;
  /** Reads from now on, once a second while `live`, and once more when it no longer is. */
  follow(read: ReadLog, live: boolean): void;
  stop(): void;
}

/** The lines of a log, as far as they have been read. */
export function logFeed(changed: () => void): LogFeed {
  let lines: readonly LogRecord[] = [];
  let refusal: string | undefined;
  let current: { readonly read: ReadLog; live: boolean } | undefined;
  let timer = 0;
  let reading = false;

  async function readMore(): Promise<void> {
    const asked = current;
    if (!asked || reading) return;
    reading = true;
    try {
      const more = await asked.read(lines.length);
      if (current === asked) {
        refusal = undefined;
        if (more.length > 0) lines = [...lines, ...more];
        changed();
      }
    } catch (error) {
      if (current === asked) {
        refusal = (error as Error).message;
        changed();
      }
    }
    reading = false;
    if (current?.live) timer = window.setTimeout(() => void readMore(), POLL_MS);
    else if (current && current !== asked) void readMore();
  }
  return {
    get lines() {
      return lines;
    },
    get refusal() {
      return refusal;
    },
    follow(read, live) {
      const wasLive = current?.live;
      if (current?.read === read && wasLive === live) return;
      if (current?.read !== read) lines = [];
      window.clearTimeout(timer);
      current = { read, live };
      void readMore();
    },
    stop() {
      window.clearTimeout(timer);
      current = undefined;
      lines = [];
      refusal = undefined;
    },
  };
}
