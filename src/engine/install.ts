import type { Rerun } from "../contracts/run-comm.js";
import { setFlowEngine } from "../flow/flow.js";
import type { State } from "../state/states.js";
import { setAmbientOwner } from "../task/call-owner.js";
import { Engine } from "./engine.js";
import type { Host } from "./host/host.js";
import { maskStandardStreams } from "./host/masked-streams.js";

let installed: Engine | undefined;

/** Gives tasks and flows, which are a floor below, the engine that runs them in a host. The last one counts. */
export function installEngine(host: Host): Engine {
  const engine = new Engine(host);
  installed = engine;
  maskStandardStreams();
  setFlowEngine(engine);
  setAmbientOwner(() => engine.topLevel.flow());
  return engine;
}

/** The same where no host has been named yet: a plain script. */
export function installEngineOnce(host: () => Host): void {
  if (!installed) installEngine(host());
}

/** The engine that public functions reach. @throws {Error} before one is installed. */
export function installedEngine(): Engine {
  if (!installed) throw new Error("Cannot reach the engine: it is not loaded");
  return installed;
}

/**
 * Runs a run's flow again, in the same run, keeping what finished.
 * @param rerun What is to run again although it finished. @default what did not end well alone
 * @throws {RangeError} when this process did not begin it.
 */
export const retryRun = (runId: string, rerun: Rerun = { kind: "failed" }): Promise<State> =>
  installedEngine().retry(runId, rerun);

/** Stops a run that goes on. Does nothing when it has ended. @throws {RangeError} when this process did not begin it. */
export const cancelRun = (runId: string): void => installedEngine().cancel(runId);
