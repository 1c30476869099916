import type { Runtime } from "node:inspector/promises";
import { integerField, textField } from "../protocol/fields.js";
import type { JsonObject } from "../protocol/messages.js";
import type { AnswerTable, DebugParts } from "./debug-parts.js";
import { argument } from "./evaluation.js";
import { type Paused, VIEW } from "./main-thread.js";
import { valueText, valueType } from "./value-text.js";
import { OBJECT_GROUP } from "./variables.js";

/** JavaScript, called on the `DebugView`: a bundle as text, since it is to come out whole whatever its depth. */
const SHOW = "function (value) { return JSON.stringify(this.show(value)); }";

/** Shows what the code has at hand: frames, variables, values of expressions. */
export function lookingRequests(parts: DebugParts): AnswerTable {
  const { pauses, frames, variables, evaluation } = parts;
  const paused = (): Paused => {
    if (!pauses.current) throw new Error("Cannot look at the code: it is not paused");
    return pauses.current;
  };
  return {
    stackTrace: async (args) => {
      const all = await frames.list(paused());
      const start = integerField(args, "startFrame", 0);
      const levels = integerField(args, "levels", 0);
      return { stackFrames: all.slice(start, levels > 0 ? start + levels : undefined), totalFrames: all.length };
    },
    scopes: async (args) => ({
      scopes: await frames.scopes(await frames.find(paused(), integerField(args, "frameId", 0))),
    }),
    variables: async (args) => {
      const reference = integerField(args, "variablesReference", 0);
      const count = integerField(args, "count", 0);
      const given = count > 0 ? ([integerField(args, "start", 0), count] as const) : [];
      return { variables: await variables.inside(reference, ...given) };
    },
    evaluate: async (args) => {
      const text = textField(args, "expression");
      const result = await evaluation.value(text, await evaluation.callOf(args));
      const { variablesReference, indexedVariables } = variables.variable("", result, text);
      return {
        result: valueText(result),
        ...valueType(result),
        variablesReference,
        ...(indexedVariables === undefined ? {} : { indexedVariables }),
      };
    },
    inspectVariables: async () => {
      if (!pauses.current) await variables.release(); // the list before is no longer shown
      return { variables: await variables.inside(variables.refer(await frames.notebook())) };
    },
    richInspectVariables: async (args) => {
      const value = await evaluation.value(textField(args, "variableName"), await evaluation.callOf(args));
      return bundleOf(parts, value);
    },
  };
}

/** How a cell would show a value; plain text where that would take the cell to run on. */
async function bundleOf({ mainThread }: DebugParts, value: Runtime.RemoteObject): Promise<JsonObject> {
  const { result, exceptionDetails } = await mainThread.inspector.post("Runtime.callFunctionOn", {
    objectId: (await mainThread.object(VIEW, OBJECT_GROUP)).objectId!,
    functionDeclaration: SHOW,
    arguments: [argument(value)],
    returnByValue: true,
    silent: true,
  });
  const text = exceptionDetails ? undefined : (result.value as string | undefined);
  const shown = text === undefined ? null : (JSON.parse(text) as { data: JsonObject; metadata: JsonObject } | null);
  return shown ? { ...shown } : { data: { "text/plain": valueText(value) }, metadata: {} };
}
