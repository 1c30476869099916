import type { Runtime } from "node:inspector/promises";
import { integerField, textField } from "../protocol/fields.js";
import type { JsonObject } from "../protocol/messages.js";
import type { AnswerTable, DebugParts } from "./debug-parts.js";
import { argument } from "./evaluation.js";
import { SCOPE, VIEW } from "./main-thread.js";
import { valueText, valueType } from "./value-text.js";
import { OBJECT_GROUP } from "./variables.js";

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
/** JavaScript, called on the object that has the name. */
const SET = `function (name, value) { "use strict"; this[name] = value; }`;
/** JavaScript, called on the `DebugView`. */
const TYPE_OF = "function (value) { return this.typeOf(value); }";

/** Gives variables other values, and takes them out of a frame. */
export function changingRequests(parts: DebugParts, declare: (name: string, type: string) => void): AnswerTable {
  const { mainThread, variables, evaluation } = parts;
  const { inspector } = mainThread;
  const shown = (value: Runtime.RemoteObject, expression: string | undefined): JsonObject => {
    const { variablesReference, indexedVariables } = variables.variable("", value, expression);
    return {
      value: valueText(value),
      ...valueType(value),
      variablesReference,
      ...(indexedVariables === undefined ? {} : { indexedVariables }),
    };
  };
  const setOn = async (objectId: string, name: string, value: Runtime.RemoteObject): Promise<void> => {
    const { exceptionDetails, result } = await inspector.post("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: SET,
      arguments: [{ value: name }, argument(value)],
      silent: true,
    });
    if (exceptionDetails) throw new Error(`Cannot set "${name}": ${(result.description ?? "").split("\n")[0]}`);
  };
  const notebook = async (): Promise<string> => (await mainThread.object(SCOPE, OBJECT_GROUP)).objectId!;
  return {
    setVariable: async (args) => {
      const name = textField(args, "name");
      const holder = variables.holder(integerField(args, "variablesReference", 0));
      const value = await evaluation.value(textField(args, "value"), await evaluation.callOf(args));
      if (holder.kind === "notebook") await setOn(await notebook(), name, value);
      else if (holder.kind === "object") await setOn(holder.objectIds[0]!, name, value);
      else {
        const scope = await variables.scopeOf(holder, name);
        if (!scope) throw new RangeError(`Cannot set "${name}": there is no such variable`);
        await inspector.post("Debugger.setVariableValue", { ...scope, variableName: name, newValue: argument(value) });
      }
      return shown(value, undefined);
    },
    setExpression: async (args) => {
      const target = textField(args, "expression");
      const call = await evaluation.callOf(args);
      const value = await evaluation.value(`${target} = (${textField(args, "value")}\n)`, call);
      return shown(value, target);
    },
    copyToGlobals: async (args) => {
      const [from, to] = [textField(args, "srcVariableName"), textField(args, "dstVariableName")];
      if (!NAME.test(to)) throw new SyntaxError(`Cannot copy "${from}" to ${JSON.stringify(to)}: that is no name`);
      const value = await evaluation.value(from, await evaluation.callOf({ frameId: args.srcFrameId ?? 0 }));
      const { result } = await inspector.post("Runtime.callFunctionOn", {
        objectId: (await mainThread.object(VIEW, OBJECT_GROUP)).objectId!,
        functionDeclaration: TYPE_OF,
        arguments: [argument(value)],
        returnByValue: true,
        silent: true,
      });
      await setOn(await notebook(), to, value);
      declare(to, typeof result.value === "string" ? result.value : "any");
      return {};
    },
  };
}
