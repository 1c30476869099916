import { isBuiltIn } from "../../result/registry.js";
import type { Result } from "../../result/result.js";
import type { State } from "../../state/states.js";
import type { CallInput, TaskCall } from "../../task/task-call.js";
import { shortValue } from "./short-value.js";

/** Short texts of what a task was given, by input: kept so that a later run can say what changed. */
export type InputPreviews = { readonly [input: string]: string };

const MOST_INPUTS = 16;

/** Of a value that is not to be stored, or by a serializer of one's own, nothing readable is kept. */
const isShown = ({ task }: TaskCall, { serializer }: Result): boolean =>
  task.settings.checkpoint && isBuiltIn(serializer);

/** Of one task run. An input made of several calls, or still stored, has none: it is compared, not shown. */
export function inputPreviews(
  inputs: readonly CallInput[],
  upstream: ReadonlyMap<TaskCall, State>,
  parameters: { readonly [name: string]: unknown },
): InputPreviews {
  const previews: { [input: string]: string } = {};
  for (const { name, template } of inputs.slice(0, MOST_INPUTS)) {
    if (template.kind === "value") previews[name] = shortValue(template.value);
    else if (template.kind === "parameter") previews[name] = shortValue(parameters[template.parameter.name]);
    else if (template.kind === "call") {
      const state = upstream.get(template.call);
      if (state && !state._result.serialized && isShown(template.call, state._result))
        previews[name] = shortValue(state.result);
    }
  }
  return previews;
}
