import type { Debugger, Runtime } from "node:inspector/promises";
import { integerField } from "../protocol/fields.js";
import type { JsonObject } from "../protocol/messages.js";
import { expressionInFrame, type StripTypes } from "./expressions.js";
import type { Frames } from "./frames.js";
import type { MainThread } from "./main-thread.js";
import type { Pauses } from "./pauses.js";
import { valueText } from "./value-text.js";
import { OBJECT_GROUP } from "./variables.js";

/** An expression that does not come to its end would hold the paused thread for ever. */
const LONGEST_EVALUATION_MS = 5000;

/** Evaluates what a person types: in a frame of the paused code, else among the notebook's names. */
export class Evaluation {
  constructor(
    private readonly mainThread: MainThread,
    private readonly pauses: Pauses,
    private readonly frames: Frames,
    private readonly strip: StripTypes,
  ) {}

  /** The frame that a request means; undefined where the code is not paused. */
  async callOf(args: JsonObject): Promise<Debugger.CallFrame | undefined> {
    if (!this.pauses.current) return undefined;
    const id = integerField(args, "frameId", 0);
    return (await this.frames.find(this.pauses.current, id === 0 ? undefined : id)).call;
  }

  /**
   * The value of an expression, awaited where the thread runs.
   * @param quietly refuses what would change anything.
   * @throws {Error} with what the expression threw.
   */
  async value(
    text: string,
    call: Debugger.CallFrame | undefined,
    { quietly = false } = {},
  ): Promise<Runtime.RemoteObject> {
    const near = call?.scopeChain.filter(({ type }) => type !== "global") ?? [];
    const notebook = await this.frames.notebook();
    const { js, isValue, awaits } = await expressionInFrame(
      text,
      await this.namesIn(near.map(({ object }) => object.objectId)),
      await this.namesIn(notebook.objectIds),
      this.strip,
    );
    if (awaits && this.pauses.current)
      throw new Error(
        `Cannot evaluate ${JSON.stringify(text)}: the code is paused, so nothing that it awaits comes; continue first`,
      );
    const asked: Runtime.EvaluateParameterType = {
      expression: awaits && isValue ? `(async () => ${js})()` : js,
      objectGroup: OBJECT_GROUP,
      generatePreview: true,
      silent: true,
      ...(awaits ? { awaitPromise: true, replMode: !isValue } : { timeout: LONGEST_EVALUATION_MS }),
      ...(quietly ? { throwOnSideEffect: true } : {}),
    };
    const { result, exceptionDetails } = await this.evaluated(asked, call);
    if (exceptionDetails) throw new Error((result.description ?? valueText(result)).split("\n    at ")[0]);
    return result;
  }

  /** Names of the properties of objects. */
  async namesIn(objectIds: readonly (string | undefined)[]): Promise<Set<string>> {
    const found = await Promise.all(
      objectIds.flatMap((objectId) =>
        objectId === undefined
          ? []
          : this.mainThread.inspector.post("Runtime.getProperties", { objectId, ownProperties: true }),
      ),
    );
    return new Set(found.flatMap(({ result }) => withoutMirrors(result.map(({ name }) => name))));
  }

  private evaluated(
    asked: Runtime.EvaluateParameterType,
    call: Debugger.CallFrame | undefined,
  ): Promise<Runtime.EvaluateReturnType> {
    const { inspector } = this.mainThread;
    if (!call) return inspector.post("Runtime.evaluate", asked);
    const inFrame: Debugger.EvaluateOnCallFrameParameterType = { ...asked, callFrameId: call.callFrameId };
    return inspector.post("Debugger.evaluateOnCallFrame", inFrame);
  }
}

/** The names of a scope whose values are in it: a cell mirrors those whose bindings it holds (src/source/cell-frame.ts). */
function withoutMirrors(names: readonly string[]): readonly string[] {
  const bound = new Set(names.map((name) => /^\$_+(.+)$/.exec(name)?.[1]));
  return names.filter((name) => !bound.has(name));
}

/** A value as an argument of a call. */
export function argument({ objectId, unserializableValue, value }: Runtime.RemoteObject): Runtime.CallArgument {
  if (objectId !== undefined) return { objectId };
  return unserializableValue === undefined ? { value } : { unserializableValue };
}
