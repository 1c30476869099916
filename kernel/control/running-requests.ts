import type { Answer, AnswerTable, DebugParts } from "./debug-parts.js";
import type { StepKind } from "./pauses.js";

/** Lets the code run on, a step or more. */
export function runningRequests({ pauses }: DebugParts): AnswerTable {
  const step =
    (kind: StepKind): Answer =>
    async () => {
      if (!pauses.current) throw new Error("Cannot step: the code is not paused");
      await pauses.step(kind);
      return {};
    };
  return {
    continue: async () => {
      await pauses.resume();
      return { allThreadsContinued: true };
    },
    next: step("stepOver"),
    stepIn: step("stepInto"),
    stepOut: step("stepOut"),
    pause: async () => {
      await pauses.pause();
      return {};
    },
  };
}
