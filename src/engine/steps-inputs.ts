import { NoResult } from "../result/no-result.js";
import { Result } from "../result/result.js";
import type { State } from "../state/states.js";
import type { CallInput, TaskCall } from "../task/task-call.js";
import { fillTemplate } from "../task/template.js";
import type { Step } from "./step.js";
import type { FilledInput, TaskRun } from "./task-run.js";

/**
 * Fills the inputs: what came from upstream wins, a cached input stands in only where upstream has no
 * result. Here, and only here, results are deserialized.
 */
export const getTaskInputs: Step = async (state, run) => {
  const inputs: FilledInput[] = [];
  for (const input of run.call.inputs) inputs.push(await filledInput(input, state, run));
  run.inputs = inputs;
  return state;
};

async function filledInput(input: CallInput, state: State, run: TaskRun): Promise<FilledInput> {
  const { name, template, calls } = input;
  if (run.items.has(input)) return { name, value: run.items.get(input), result: null };
  if (calls.length === 0) return { name, value: fillTemplate(template, nothing, run.scope.parameters), result: null };
  const upstream = calls.map((call) => run.upstream.get(call)!);
  const cached = state.cachedInputs[name];
  if (cached && upstream.some((each) => each._result === NoResult))
    return { name, value: (await cached.deserialize()).value, result: cached };
  const values = new Map<TaskCall, unknown>();
  for (const [index, each] of upstream.entries())
    values.set(calls[index]!, each._result.serialized ? (await each.load()).result : each.result);
  const value = fillTemplate(template, (call) => values.get(call), run.scope.parameters);
  return { name, value, result: template.kind === "call" ? upstream[0]!._result : null };
}

const nothing = (): undefined => undefined;

/** The inputs by name, as a pending end state carries them: those that came in a Result, in that very one. */
export const inputResults = (inputs: readonly FilledInput[]): { [name: string]: Result } =>
  Object.fromEntries(inputs.map(({ name, value, result }) => [name, result ?? new Result({ value })]));
