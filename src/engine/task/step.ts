import type { State } from "../../state/states.js";
import type { TaskRun } from "./task-run.js";

/** The pipeline is over, with this state. */
export class End {
  constructor(readonly state: State) {}
}

/** Gives the next state, or the same object to pass. */
export type Step = (state: State, run: TaskRun) => State | End | Promise<State | End>;
