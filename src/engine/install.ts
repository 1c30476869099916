import { setFlowEngine } from "../flow/flow.js";
import { setAmbientOwner } from "../task/call-owner.js";
import { flowEngine } from "./run/flow-run.js";
import { ambientFlow } from "./run/top-level-run.js";

/** Gives tasks and flows, which stand a floor below, the engine that runs them. */
export function installEngine(): void {
  setFlowEngine(flowEngine);
  setAmbientOwner(ambientFlow);
}
