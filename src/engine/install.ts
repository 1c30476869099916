import { setFlowEngine } from "../flow/flow.js";
import { setAmbientOwner } from "../task/call-owner.js";
import { ambientFlow } from "./ambient-engine.js";
import { flowEngine } from "./flow-engine.js";

/** Gives tasks and flows, which stand a floor below, the engine that runs them. */
export function installEngine(): void {
  setFlowEngine(flowEngine);
  setAmbientOwner(ambientFlow);
}
