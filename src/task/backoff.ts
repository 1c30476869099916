import { type Duration, durationMs } from "./duration.js";
import { checkOptions } from "./known-options.js";

/** How delays between attempts grow. */
export interface BackoffOptions {
  /** Before the second attempt. @default "1s" */
  readonly from?: Duration;
  /** Each delay is so many times the one before. @default 2 */
  readonly factor?: number;
  /** No delay is longer. @default "1m" */
  readonly upTo?: Duration;
  /** Shortens each delay by a random share of up to this, 0..1, so that many tasks do not come back at once. @default 0 */
  readonly jitter?: number;
}

/**
 * A `retryDelay` that grows exponentially up to a cap: `backoff({ from: "1s", factor: 2, upTo: "1m", jitter: 0.3 })`.
 * @throws {TypeError} naming an option that makes no sense.
 */
export function backoff(options: BackoffOptions = {}): (attempt: number) => number {
  checkOptions("make backoff()", options, ["from", "factor", "upTo", "jitter"]);
  const { from = "1s", factor = 2, upTo = "1m", jitter = 0 } = options;
  const [fromMs, upToMs] = [durationMs(from, "backoff's from"), durationMs(upTo, "backoff's upTo")];
  if (!(factor >= 1)) throw new TypeError(`Cannot make backoff(): factor is ${String(factor)}, not 1 or more`);
  if (!(jitter >= 0 && jitter <= 1))
    throw new TypeError(`Cannot make backoff(): jitter is ${String(jitter)}, not 0..1`);
  return (attempt) => Math.min(fromMs * factor ** (attempt - 1), upToMs) * (1 - jitter * Math.random());
}
