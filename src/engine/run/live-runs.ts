import type { Rerun } from "../../contracts/run-comm.js";
import type { State } from "../../state/states.js";
import type { Clock } from "./clock.js";
import type { StopSignal } from "./stop-signal.js";

/** Runs a run's flow again, in the same run. */
export type RunAgain = (rerun: Rerun) => Promise<State>;

/** A run that this process began. */
interface Begun {
  /** Set while it goes on. */
  stop: StopSignal | null;
  readonly ended: Promise<void>;
  readonly again: RunAgain;
}

/** How long a stopped run may take to write where it stands. */
const LAST_WRITES_MS = 3000;

/** More that have ended are forgotten, oldest first: a script that runs flows for days must not grow. */
const MOST_ENDED = 500;

/** Oldest first. */
const begun = new Map<string, Begun>();

/** Notes that a run goes on here, so that buttons can reach it. Gives the way to say that it ended. */
export function noteLive(runId: string, stop: StopSignal, again: RunAgain): () => void {
  const { promise: ended, resolve } = deferred();
  const entry: Begun = { stop, ended, again };
  begun.delete(runId);
  begun.set(runId, entry);
  return () => {
    entry.stop = null;
    resolve();
    forgetOldest();
  };
}

function forgetOldest(): void {
  if (begun.size <= MOST_ENDED) return;
  for (const [runId, { stop }] of begun) if (stop === null) return void begun.delete(runId);
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/**
 * Waits for the ends of all runs that were stopped. Gives those that take longer than they may to write their end, as
 * when their code was unwound: they are left for dead.
 */
export async function endOfAllStopped(clock: Clock): Promise<string[]> {
  const stopped = [...begun].filter(([, { stop }]) => stop?.state);
  await Promise.all(stopped.map(([, run]) => endOf(run, clock)));
  return stopped.filter(([, { stop }]) => stop !== null).map(([runId]) => runId);
}

async function endOf({ ended }: Begun, clock: Clock): Promise<void> {
  await new Promise<void>((resolve) => {
    const giveUp = clock.after(LAST_WRITES_MS, resolve);
    void ended.then(() => {
      giveUp();
      resolve();
    });
  });
}

/**
 * Runs a run's flow again, in the same run, keeping what finished.
 * @param rerun What is to run again although it finished. @default what did not end well alone
 * @throws {RangeError} when this process did not begin it.
 */
export async function retryRun(runId: string, rerun: Rerun = { kind: "failed" }): Promise<State> {
  return runOf(runId, "retry").again(rerun);
}

/** Stops a run that goes on. Does nothing when it has ended. @throws {RangeError} when this process did not begin it. */
export function cancelRun(runId: string): void {
  runOf(runId, "cancel").stop?.stop("The run was cancelled.");
}

function runOf(runId: string, action: string): Begun {
  const found = begun.get(runId);
  if (!found)
    throw new RangeError(
      `Cannot ${action} run ${JSON.stringify(runId)}: this session did not begin it, or has begun ${MOST_ENDED} others since`,
    );
  return found;
}
