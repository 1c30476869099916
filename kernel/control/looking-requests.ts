import type { Debugger, Runtime } from "node:inspector/promises";
import { integerField, textField } from "../protocol/fields.js";
import type { JsonObject } from "../protocol/messages.js";
import type { AnswerTable, DebugParts } from "./debug-parts.js";
import { expressionInFrame } from "./expressions.js";
import { type Paused, VIEW } from "./main-thread.js";
import { valueText, valueType } from "./value-text.js";
import { OBJECT_GROUP } from "./variables.js";

/** An expression that does not come to its end would hold the paused thread for ever. */
const LONGEST_EVALUATION_MS = 5000;
/** JavaScript, called on the `DebugView`: a bundle as text, since it is to come out whole whatever its depth. */
const SHOW = "function (value) { return JSON.stringify(this.show(value)); }";

/** Shows what the code has at hand: frames, variables, values of expressions. */
export function lookingRequests(parts: DebugParts): AnswerTable {
  const { pauses, frames, variables, mainThread } = parts;
  const { inspector } = mainThread;
  const paused = (): Paused => {
    if (!pauses.current) throw new Error("Cannot look at the code: it is not paused");
    return pauses.current;
  };
  const callOf = async (args: JsonObject): Promise<Debugger.CallFrame | undefined> => {
    if (!pauses.current) return undefined;
    const id = integerField(args, "frameId", 0);
    return (await frames.find(pauses.current, id === 0 ? undefined : id)).call;
  };
  const namesIn = async (objectIds: readonly (string | undefined)[]): Promise<Set<string>> => {
    const found = await Promise.all(
      objectIds.flatMap((objectId) =>
        objectId === undefined ? [] : inspector.post("Runtime.getProperties", { objectId, ownProperties: true }),
      ),
    );
    return new Set(found.flatMap(({ result }) => withoutMirrors(result.map(({ name }) => name))));
  };
  const evaluate = async (text: string, call: Debugger.CallFrame | undefined): Promise<Runtime.RemoteObject> => {
    const near = call?.scopeChain.filter(({ type }) => type !== "global") ?? [];
    const notebook = await frames.notebook();
    const expression = expressionInFrame(
      text,
      await namesIn(near.map(({ object }) => object.objectId)),
      await namesIn(notebook.objectIds),
    );
    const timeout = LONGEST_EVALUATION_MS;
    const asked = { expression, timeout, objectGroup: OBJECT_GROUP, generatePreview: true, silent: true };
    const { result, exceptionDetails } = await evaluated(parts, asked, call);
    if (exceptionDetails) throw new Error((result.description ?? valueText(result)).split("\n    at ")[0]);
    return result;
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
      const result = await evaluate(text, await callOf(args));
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
      const value = await evaluate(textField(args, "variableName"), await callOf(args));
      return bundleOf(parts, value);
    },
  };
}

/** The names of a scope whose values are in it: a cell mirrors those whose bindings it holds (src/source/cell-frame.ts). */
function withoutMirrors(names: readonly string[]): readonly string[] {
  const bound = new Set(names.map((name) => /^\$_+(.+)$/.exec(name)?.[1]));
  return names.filter((name) => !bound.has(name));
}

type Asked = Runtime.EvaluateParameterType;

async function evaluated(
  { mainThread: { inspector } }: DebugParts,
  asked: Asked,
  call: Debugger.CallFrame | undefined,
): Promise<Runtime.EvaluateReturnType> {
  if (!call) return inspector.post("Runtime.evaluate", asked);
  const inFrame: Debugger.EvaluateOnCallFrameParameterType = { ...asked, callFrameId: call.callFrameId };
  return inspector.post("Debugger.evaluateOnCallFrame", inFrame);
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

/** A value as an argument of a call. */
function argument({ objectId, unserializableValue, value }: Runtime.RemoteObject): Runtime.CallArgument {
  if (objectId !== undefined) return { objectId };
  return unserializableValue === undefined ? { value } : { unserializableValue };
}
