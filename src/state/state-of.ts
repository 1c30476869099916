import { type InspectOptionsStylized, inspect } from "node:util";
import type { Json } from "../contracts/json.js";
import {
  FAILED_TYPES,
  FINISHED_TYPES,
  RUNNING_TYPES,
  STATE_TYPES,
  type StateType,
  SUCCESSFUL_TYPES,
} from "../contracts/records.js";
import { copyJson } from "../result/copy-json.js";
import { NoResult } from "../result/no-result.js";
import { Result } from "../result/result.js";
import { UnreadResultError } from "../result/unread-result-error.js";
import { UnfinishedCallError } from "./unfinished-call-error.js";

/** What every state can be made of. */
export interface StateFields<T = unknown> {
  /** @default null */
  readonly message?: string | null;
  /** A Result is taken as it is, any other value (also undefined) is wrapped in one. @default NoResult */
  readonly result?: T | Result<T>;
  /** Inputs kept for the next attempt, by input name. */
  readonly cachedInputs?: { readonly [input: string]: Result };
  /** Anything of yours that is JSON, kept with the state. @default {} */
  readonly context?: JsonObject;
  /** @default now */
  readonly timestamp?: Date;
}

type JsonObject = { readonly [key: string]: Json };

const NOTHING = Object.freeze({});
const SCHEDULED_TYPES: readonly StateType[] = ["Scheduled", "Retrying", "Paused", "Resume"];

/**
 * Where a task or a flow stands. Every state class extends this one; use the union `State` for variables,
 * so that `switch (state.type)` narrows. A state never changes: `with` and `load` give another.
 */
export abstract class StateOf<T, Type extends StateType> {
  /** Its class, as a string literal. */
  readonly type: Type;
  /** What a person should know, in a sentence. */
  readonly message: string | null;
  /** The Result it carries; NoResult where there is none. */
  readonly _result: Result<T>;
  /** Inputs kept for the next attempt, by input name. */
  readonly cachedInputs: { readonly [input: string]: Result };
  /** What the maker of the state kept with it. */
  readonly context: JsonObject;
  readonly #timestamp: number;

  constructor(type: Type, fields: StateFields<T>) {
    this.type = type;
    this.message = fields.message ?? null;
    this._result = resultOf(fields);
    this.cachedInputs = isEmpty(fields.cachedInputs) ? NOTHING : Object.freeze({ ...fields.cachedInputs });
    this.context = isEmpty(fields.context) ? NOTHING : (frozen(copyJson(fields.context, "context")) as JsonObject);
    this.#timestamp = fields.timestamp ? epochOf(fields.timestamp, "timestamp") : Date.now();
  }

  /** When this state was reached; a new Date each time, since Dates can change. */
  get timestamp(): Date {
    return new Date(this.#timestamp);
  }

  /**
   * The value; of a failed task the error; undefined under NoResult.
   * @throws {UnreadResultError} while it is still in its stored form.
   */
  get result(): ResultOf<T, Type> {
    if (this._result.serialized)
      throw new UnreadResultError(
        `Cannot read the result of a ${this.type} state: it is still stored; use \`await state.load()\``,
      );
    return this._result.value as ResultOf<T, Type>;
  }

  /** The value, or what the task threw. @throws the task's own error, {UnfinishedCallError} when there is neither. */
  value(): T;
  /** Of a flow's state: the value of one of its calls, or what that call's task threw. */
  value<R>(call: { readonly name: string; readonly produces: R }): R;
  /** The same by the call's name. */
  value(name: string): unknown;
  value(call?: string | { readonly name: string }): unknown {
    if (call === undefined) return valueOrThrow(this as StateOf<unknown, StateType>);
    return valueOrThrow(this.task(typeof call === "string" ? call : call.name) as StateOf<unknown, StateType>, call);
  }

  /** Of a flow's state: the state of the call with this name. @throws {TypeError} on a state of anything else. */
  task(name: string): CallState<T> {
    const calls = this.result as { task?(name: string): unknown } | undefined;
    if (typeof calls?.task !== "function")
      throw new TypeError(`Cannot find call ${JSON.stringify(name)} in a ${this.type} state: it is not a flow's`);
    return calls.task(name) as CallState<T>;
  }

  /** This state with its result read; `this` when it is. */
  async load(): Promise<this> {
    const result = await this._result.deserialize();
    return result === this._result ? this : this.changed({ result });
  }

  /** A state of the same class with other fields. */
  with(changes: Partial<ReturnType<this["fields"]>>): this {
    return this.changed(changes);
  }

  /** `with`, for subclasses, where TypeScript cannot see what `this` is made of. */
  protected changed(changes: object): this {
    const Class = this.constructor as new (fields: object) => this;
    return new Class({ ...this.fields(), ...changes });
  }

  /** All that a state like this one is made of. */
  fields(): StateFields<T> {
    const { message, _result, cachedInputs, context, timestamp } = this;
    return { message, result: _result, cachedInputs, context, timestamp };
  }

  /** Not begun, or to begin again: Pending and what extends it. */
  isPending(): this is this & OfType<PendingType> {
    return this.type === "Pending" || this.isScheduled();
  }
  /** Waits for its time: Scheduled, Retrying, Paused, Resume. */
  isScheduled(): this is this & OfType<ScheduledType> {
    return SCHEDULED_TYPES.includes(this.type);
  }
  /** Waits for another attempt. */
  isRetrying(): this is this & OfType<"Retrying"> {
    return this.type === "Retrying";
  }
  /** Under way: Running, Cancelling. */
  isRunning(): this is this & OfType<"Running" | "Cancelling"> {
    return RUNNING_TYPES.includes(this.type);
  }
  /** Over, one way or another. */
  isFinished(): this is this & OfType<FinishedType> {
    return FINISHED_TYPES.includes(this.type);
  }
  /** Success and what extends it: Cached, Mapped, Skipped. */
  isSuccessful(): this is this & OfType<SuccessfulType> {
    return SUCCESSFUL_TYPES.includes(this.type);
  }
  /** Failed and what extends it: TimedOut, TriggerFailed, ValidationFailed, Crashed. */
  isFailed(): this is this & OfType<FailedType> {
    return FAILED_TYPES.includes(this.type);
  }
  /** Has a result that an earlier run made. */
  isCached(): this is this & OfType<"Cached"> {
    return this.type === "Cached";
  }
  /** Spread into one child per item. */
  isMapped(): this is this & OfType<"Mapped"> {
    return this.type === "Mapped";
  }
  /** There was no need to do it. */
  isSkipped(): this is this & OfType<"Skipped"> {
    return this.type === "Skipped";
  }
  /** Whether it only wraps another state. */
  isMeta(): this is this & OfType<"Submitted" | "Queued"> {
    return this.type === "Submitted" || this.type === "Queued";
  }

  /** How it looks in a terminal: its fields without those that say nothing. */
  [inspect.custom](depth: number, options: InspectOptionsStylized): string {
    if (depth < 0) return `[${this.type}]`;
    const { result, ...rest } = this.fields();
    const shown = Object.entries(result === NoResult ? rest : { ...rest, result }).filter(
      ([, value]) => value !== null && value !== NOTHING,
    );
    return `${this.type} ${inspect(Object.fromEntries(shown), { ...options, depth })}`;
  }
}

/** What a state is known to be once one of its predicates has said yes. */
export interface OfType<Type extends StateType> {
  /** Its class, narrowed. */
  readonly type: Type;
}

type ScheduledType = "Scheduled" | "Retrying" | "Paused" | "Resume";
type PendingType = "Pending" | ScheduledType;
type SuccessfulType = "Success" | "Cached" | "Mapped" | "Skipped";
type FailedType = "Failed" | "TimedOut" | "TriggerFailed" | "ValidationFailed" | "Crashed";
type FinishedType = SuccessfulType | FailedType | "Looped" | "Cancelled";

/** What a state's result is: a value only where it succeeded. A flow's state holds those of its calls in any case. */
export type ResultOf<T, Type extends StateType> = T extends { task(name: string): unknown }
  ? NoInfer<T>
  : Type extends SuccessfulType | "Looped"
    ? NoInfer<T> // a contextual type says nothing by its result: a state that failed has another one
    : unknown;

function valueOrThrow(state: StateOf<unknown, StateType>, call?: string | { readonly name: string }): unknown {
  if (state.isSuccessful()) return state.result;
  const result: unknown = state.result;
  if (result instanceof Map) {
    // a flow's own state: what failed first says why
    for (const each of result.values() as Iterable<StateOf<unknown, StateType>>)
      if (each.isFailed()) valueOrThrow(each);
  } else if (state.isFailed() && result !== undefined) throw result;
  const which =
    call === undefined ? "the value" : `the value of ${JSON.stringify(typeof call === "string" ? call : call.name)}`;
  throw new UnfinishedCallError(
    `Cannot read ${which}: it is ${state.type}${state.message ? ` (${state.message})` : ""}`,
  );
}

/** What a flow's results say of one of its calls. */
type CallState<T> = T extends { task(name: string): infer S } ? S : StateOf<unknown, StateType>;

/** Whether a text names a state. */
export const isStateType = (text: string): text is StateType => (STATE_TYPES as readonly string[]).includes(text);

/** Gives a class the name under which others see it. */
export function nameClass(Class: object, name: StateType): void {
  Object.defineProperty(Class, "name", { value: name, configurable: true });
}

function resultOf<T>(fields: StateFields<T>): Result<T> {
  if (!("result" in fields)) return NoResult as Result<unknown> as Result<T>;
  return fields.result instanceof Result ? fields.result : new Result<T>({ value: fields.result as T });
}

const isEmpty = (fields: object | undefined): boolean => fields === undefined || Object.keys(fields).length === 0;

/** Freezes JSON all the way down. Only for what `copyJson` made, which bounds its depth. */
function frozen(json: Json): Json {
  if (typeof json === "object" && json !== null) Object.values(Object.freeze(json)).forEach(frozen);
  return json;
}

/** Milliseconds of a field that is a Date. @throws {TypeError} when it is none. */
export function epochOf(date: Date, field: string): number {
  const time = date instanceof Date ? date.getTime() : Number.NaN;
  if (Number.isNaN(time)) throw new TypeError(`Cannot make state: ${field} is no valid Date`);
  return time;
}
