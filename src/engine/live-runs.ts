import type { State } from "../state/states.js";
import type { StopSignal } from "./stop-signal.js";

/** A run that this process began. */
interface Begun {
  /** Set while it goes on. */
  stop: StopSignal | null;
  /** Runs the flow again, keeping what finished. */
  readonly again: () => Promise<State>;
}

const begun = new Map<string, Begun>();

/** Notes that a run goes on here, so that buttons can reach it. Gives the way to say that it ended. */
export function noteLive(runId: string, stop: StopSignal, again: () => Promise<State>): () => void {
  const entry: Begun = { stop, again };
  begun.set(runId, entry);
  return () => {
    entry.stop = null;
  };
}

/** Whether a run goes on in this process. */
export const isLive = (runId: string): boolean => begun.get(runId)?.stop != null;

/** Runs a run's flow again, keeping what finished. @throws {RangeError} when this process did not begin it. */
export function retryRun(runId: string): Promise<State> {
  return runOf(runId, "retry").again();
}

/** Stops a run that goes on. Does nothing when it has ended. @throws {RangeError} when this process did not begin it. */
export function cancelRun(runId: string): void {
  runOf(runId, "cancel").stop?.stop("The run was cancelled.");
}

function runOf(runId: string, action: string): Begun {
  const found = begun.get(runId);
  if (!found) throw new RangeError(`Cannot ${action} run ${JSON.stringify(runId)}: this session did not begin it`);
  return found;
}
