import type { Debugger, Runtime } from "node:inspector/promises";
import type { Variable } from "../protocol/debug-messages.js";
import type { MainThread } from "./main-thread.js";
import { valueText, valueType } from "./value-text.js";

/** Something with named values inside: an object, a scope, several scopes that look like one. */
export interface Holder {
  /** "frame": each object stands for a scope of `call`. */
  readonly kind: "object" | "notebook" | "frame";
  readonly call?: Debugger.CallFrame;
  readonly objectIds: readonly string[];
  /** Names that the author did not write. */
  readonly hidden: ReadonlySet<string>;
  /** An expression for the object; undefined where its values are names by themselves. */
  readonly expression: string | undefined;
  /** How many numbered items it has. */
  readonly length: number;
}

/** So many items of a list are given at once. */
const MOST_ITEMS = 1000;
const NOTHING_HIDDEN: ReadonlySet<string> = new Set();
const ITEMS = `function (start, end) {
  const items = { __proto__: null };
  for (let at = start; at < end; at += 1) items[at] = this[at];
  return items;
}`;

/** Values that a front end may open, by the number it knows them by. */
export class Variables {
  private readonly holders = new Map<number, Holder>();
  private lastReference = 0;

  constructor(private readonly mainThread: MainThread) {}

  /** A number for something that can be opened. */
  refer(holder: Holder): number {
    this.holders.set(++this.lastReference, holder);
    return this.lastReference;
  }

  /** Forgets all numbers, and lets the main thread forget the values. */
  async release(): Promise<void> {
    this.holders.clear();
    await this.mainThread.inspector.post("Runtime.releaseObjectGroup", { objectGroup: OBJECT_GROUP }).catch(() => {}); // gone
  }

  /** @throws {RangeError} for a number of an earlier pause. */
  holder(reference: number): Holder {
    const holder = this.holders.get(reference);
    if (!holder) throw new RangeError(`Cannot look into variables of ${reference}: the code has run on since`);
    return holder;
  }

  /** Which scope of a frame has a name, as V8 wants it told; undefined where none has. */
  async scopeOf(
    { call, objectIds }: Holder,
    name: string,
  ): Promise<{ readonly callFrameId: string; readonly scopeNumber: number } | undefined> {
    for (const objectId of objectIds) {
      const { result } = await this.mainThread.inspector.post("Runtime.getProperties", {
        objectId,
        ownProperties: true,
      });
      const scopeNumber = call?.scopeChain.findIndex(({ object }) => object.objectId === objectId) ?? -1;
      if (call && scopeNumber >= 0 && result.some((each) => each.name === name))
        return { callFrameId: call.callFrameId, scopeNumber };
    }
    return undefined;
  }

  /**
   * What is inside. @param start first numbered item wanted. @param count how many of them.
   * @throws {RangeError} for a number of an earlier pause.
   */
  async inside(reference: number, start = 0, count = MOST_ITEMS): Promise<Variable[]> {
    const holder = this.holder(reference);
    const found = new Map<string, Variable>();
    for (const objectId of holder.objectIds)
      for (const each of await this.propertiesOf(objectId, holder, start, count))
        if (!found.has(each.name)) found.set(each.name, each);
    return [...found.values()];
  }

  /** Whether anything is inside. */
  async isEmpty(holder: Holder): Promise<boolean> {
    for (const objectId of holder.objectIds)
      if ((await this.propertiesOf(objectId, holder, 0, 1)).length > 0) return false;
    return true;
  }

  /** A value under a name. */
  variable(name: string, value: Runtime.RemoteObject, expression: string | undefined): Variable {
    const length = lengthOf(value);
    const { objectId } = value;
    const variablesReference =
      objectId === undefined
        ? 0
        : this.refer({
            kind: "object",
            objectIds: [objectId],
            hidden: NOTHING_HIDDEN,
            expression,
            length: length ?? 0,
          });
    return {
      name,
      value: valueText(value),
      ...valueType(value),
      ...(expression === undefined ? {} : { evaluateName: expression }),
      variablesReference,
      ...(length === undefined ? {} : { indexedVariables: length }),
    };
  }

  private async propertiesOf(objectId: string, holder: Holder, start: number, count: number): Promise<Variable[]> {
    if (holder.length > MOST_ITEMS) return this.itemsOf(objectId, holder, start, count);
    const { result, internalProperties = [] } = await this.mainThread.inspector.post("Runtime.getProperties", {
      objectId,
      ownProperties: true,
      generatePreview: true,
    });
    const named = result
      .filter(({ name, isOwn, symbol }) => isOwn !== false && !symbol && !holder.hidden.has(name))
      .map(({ name, value, get }) =>
        value
          ? this.variable(name, value, nameIn(holder.expression, name))
          : { name, value: get ? "[Getter]" : "[Setter]", variablesReference: 0 },
      );
    const entries = internalProperties.filter(({ name }) => SHOWN_INTERNALS.has(name));
    return [...named, ...entries.flatMap(({ name, value }) => (value ? [this.variable(name, value, undefined)] : []))];
  }

  private async itemsOf(objectId: string, holder: Holder, start: number, count: number): Promise<Variable[]> {
    const end = Math.min(holder.length, start + Math.min(count, MOST_ITEMS));
    const { result } = await this.mainThread.inspector.post("Runtime.callFunctionOn", {
      objectId,
      functionDeclaration: ITEMS,
      arguments: [{ value: start }, { value: end }],
      objectGroup: OBJECT_GROUP,
      silent: true,
    });
    const items = await this.propertiesOf(result.objectId!, { ...holder, length: 0 }, 0, count);
    const rest = holder.length - end;
    const more = { name: "…", value: `${rest} more`, variablesReference: 0 };
    return rest > 0 ? [...items, more] : items;
  }
}

/** V8's name for what is looked at until the code runs on. */
export const OBJECT_GROUP = "cellar";

/** What lies inside objects without being a property of theirs. */
const SHOWN_INTERNALS = new Set([
  "[[Entries]]",
  "[[PromiseState]]",
  "[[PromiseResult]]",
  "[[Target]]",
  "[[Handler]]",
  "[[PrimitiveValue]]",
]);

function lengthOf({ subtype, description = "" }: Runtime.RemoteObject): number | undefined {
  if (subtype !== "array" && subtype !== "typedarray") return undefined;
  const length = /\((\d+)\)$/.exec(description)?.[1];
  return length === undefined ? undefined : Number(length);
}

function nameIn(expression: string | undefined, name: string): string {
  if (expression === undefined) return name;
  if (/^\d+$/.test(name)) return `${expression}[${name}]`;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name)
    ? `${expression}.${name}`
    : `${expression}[${JSON.stringify(name)}]`;
}
