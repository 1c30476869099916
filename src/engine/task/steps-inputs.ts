import { NoResult } from "../../result/no-result.js";
import { Result } from "../../result/result.js";
import type { State } from "../../state/states.js";
import type { CallInput } from "../../task/task-call.js";
import { fillTemplate } from "../../task/template.js";
import type { Step } from "./step.js";
import type { FilledInput, TaskRun } from "./task-run.js";

/**
 * Fills the inputs: what came from upstream wins, a cached input stands in only where upstream has no
 * result. Here, and only here, results are deserialized.
 */
export const getTaskInputs: Step = (state, run) => {
  const filled = run.givenInputs.map((input) => filledInput(input, state, run));
  if (!filled.some((each) => each instanceof Promise)) {
    run.inputs = filled as FilledInput[];
    return state;
  }
  return Promise.all(filled).then((inputs) => {
    run.inputs = inputs;
    return state;
  });
};

/** At once where all is read already, as in most runs. */
function filledInput(input: CallInput, state: State, run: TaskRun): FilledInput | Promise<FilledInput> {
  const { name, template, calls } = input;
  if (calls.length === 0) return { name, value: fillTemplate(template, nothing, run.scope.parameters), result: null };
  const upstream = calls.map((call) => run.upstream.get(call)!);
  const cached = state.cachedInputs[name];
  if (cached && upstream.some((each) => each._result === NoResult))
    return cached.deserialize().then(({ value }) => ({ name, value, result: cached }));
  const filled = (read: readonly State[]): FilledInput => {
    const values = new Map(read.map((each, index) => [calls[index]!, each.result]));
    const value = fillTemplate(template, (call) => values.get(call), run.scope.parameters);
    return { name, value, result: template.kind === "call" ? upstream[0]!._result : null };
  };
  if (!upstream.some((each) => each._result.serialized)) return filled(upstream);
  return Promise.all(upstream.map((each) => each.load())).then(filled);
}

const nothing = (): undefined => undefined;

/** The inputs by name, as a pending end state carries them: those that came in a Result, in that very one. */
export const inputResults = (inputs: readonly FilledInput[]): { [name: string]: Result } =>
  Object.fromEntries(inputs.map(({ name, value, result }) => [name, result ?? new Result({ value })]));
