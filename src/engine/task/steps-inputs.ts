import { composedResult } from "../../result/composed-result.js";
import type { ResultShape } from "../../result/composed-serializer.js";
import { NoResult } from "../../result/no-result.js";
import { Result } from "../../result/result.js";
import type { State } from "../../state/states.js";
import type { CallInput, TaskCall, Template } from "../../task/task-call.js";
import { fillTemplate, hasSecret } from "../../task/template.js";
import { settled } from "./callbacks.js";
import type { RunScope, Step } from "./step.js";
import { type FilledInput, passOf, type TaskExecution } from "./task-execution.js";

/**
 * Fills the inputs: what came from upstream wins, a cached input fills in only where upstream has no result.
 * Results are deserialized here.
 */
export const getTaskInputs: Step = (state, execution, scope) => {
  const pass = passOf(execution);
  const filled = execution.inputs.map((input) => filledInput(input, state, execution, scope));
  const loop = execution.loopResult?.serialized ? readLoopResult(execution) : undefined;
  if (!loop && !filled.some((each) => each instanceof Promise)) {
    pass.inputs = filled as FilledInput[];
    return state;
  }
  const what = `a stored input of task ${JSON.stringify(execution.call.name)}`;
  const { timeoutMs } = execution.call.task.settings;
  return settled(what, Promise.all([...filled, loop]), { stop: scope.stop, timeoutMs, after: scope.clock.after }).then(
    (all) => {
      pass.inputs = all.slice(0, filled.length) as FilledInput[];
      return state;
    },
  );
};

async function readLoopResult(execution: TaskExecution): Promise<void> {
  execution.loopResult = await execution.loopResult?.deserialize();
}

/** At once where all is read already, as in most runs. */
function filledInput(
  input: CallInput,
  state: State,
  execution: TaskExecution,
  { parameters }: RunScope,
): FilledInput | Promise<FilledInput> {
  const { name, template, calls } = input;
  const filledBy = (read: (call: TaskCall) => unknown, result: Result | null): FilledInput => {
    const value = fillTemplate(template, read, parameters);
    if (!hasSecret(template, parameters)) return { name, value, result };
    const shown = fillTemplate(template, read, parameters, (each) => each);
    return { name, value, result: new Result({ value: shown }) }; // what is kept of it says its name
  };
  if (calls.length === 0) return filledBy(nothing, null);
  const pass = passOf(execution);
  const upstream = calls.map((call) => pass.upstream.get(call)!);
  const cached = state.cachedInputs[name];
  if (cached && upstream.some((each) => each._result === NoResult))
    return cached.deserialize().then(({ value }) => ({ name, value, result: cached }));
  const filled = (read: readonly State[]): FilledInput => {
    const values = new Map(read.map((each, index) => [calls[index]!, each.result]));
    return filledBy((call) => values.get(call), template.kind === "call" ? upstream[0]!._result : null);
  };
  if (!upstream.some((each) => each._result.serialized)) return filled(upstream);
  return Promise.all(upstream.map((each) => each.load())).then(filled);
}

const nothing = (): undefined => undefined;

/**
 * The inputs by name, as a pending end state carries them: those that came in a Result in that very one, those
 * that results are parts of as a composition of these, the others as live values.
 */
export function inputResults(execution: TaskExecution): { [name: string]: Result } {
  const { inputs, upstream } = passOf(execution);
  return Object.fromEntries(
    inputs.map(({ name, value, result }, index) => [
      name,
      result ?? resultOfParts(execution.inputs[index]!, value, upstream) ?? new Result({ value }),
    ]),
  );
}

/** Undefined where no result is a part of the input. */
function resultOfParts(
  { template, calls, origin }: CallInput,
  value: unknown,
  upstream: ReadonlyMap<TaskCall, State>,
): Result | undefined {
  if (origin) {
    const whole = upstream.get(origin.call)?._result;
    return whole && whole !== NoResult ? composedResult(value, { part: 0, path: origin.path }, [whole]) : undefined;
  }
  if (calls.length === 0) return undefined;
  const parts: Result[] = [];
  const add = (part: Result): ResultShape => ({ part: parts.push(part) - 1 });
  const shapeOf = (each: Template, of: unknown): ResultShape => {
    if (each.kind === "call") return add(upstream.get(each.call)!._result);
    if (each.kind === "list") return { list: each.parts.map((part, at) => shapeOf(part, (of as unknown[])[at])) };
    if (each.kind === "record")
      return { record: each.parts.map(([key, part]) => [key, shapeOf(part, (of as { [key: string]: unknown })[key])]) };
    return add(new Result({ value: of }));
  };
  return composedResult(value, shapeOf(template, value), parts);
}
