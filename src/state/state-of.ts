import { inspect } from "node:util";
import type { Json } from "../contracts/json.js";
import {
  FAILED_TYPES,
  FINISHED_TYPES,
  RUNNING_TYPES,
  STATE_TYPES,
  type StateType,
  SUCCESSFUL_TYPES,
} from "../contracts/records.js";
import { NoResult } from "../result/no-result.js";
import { Result } from "../result/result.js";
import { UnreadResultError } from "../result/unread-result-error.js";

/** What every state can be made of. */
export interface StateFields<T = unknown> {
  /** @default null */
  readonly message?: string | null;
  /** A Result is taken as it is, any other value (also undefined) is wrapped in one. @default NoResult */
  readonly result?: T | Result<T>;
  /** Inputs kept for the next attempt, by input name. */
  readonly cachedInputs?: { readonly [input: string]: Result };
  readonly context?: { readonly [key: string]: Json };
  /** @default now */
  readonly timestamp?: Date;
}

const NOTHING = Object.freeze({});
const SCHEDULED_TYPES: readonly StateType[] = ["Scheduled", "Retrying", "Paused", "Resume"];

/**
 * Where a task or a flow stands. Every state class extends this one; use the union `State` for variables,
 * so that `switch (state.type)` narrows. A state never changes: `with` and `load` give another.
 */
export abstract class StateOf<T, Type extends StateType> {
  readonly type: Type;
  readonly message: string | null;
  readonly _result: Result<T>;
  readonly cachedInputs: { readonly [input: string]: Result };
  readonly context: { readonly [key: string]: Json };
  readonly #timestamp: number;

  constructor(type: Type, fields: StateFields<T>) {
    this.type = type;
    this.message = fields.message ?? null;
    this._result = resultOf(fields);
    this.cachedInputs = fields.cachedInputs ? Object.freeze({ ...fields.cachedInputs }) : NOTHING;
    this.context = fields.context ? (frozenCopy(fields.context) as { [key: string]: Json }) : NOTHING;
    this.#timestamp = fields.timestamp ? fields.timestamp.getTime() : Date.now();
  }

  /** When this state was reached; a new Date each time, since Dates can change. */
  get timestamp(): Date {
    return new Date(this.#timestamp);
  }

  /** The value; undefined under NoResult. @throws {UnreadResultError} while it is still in its stored form. */
  get result(): T {
    if (this._result.serialized)
      throw new UnreadResultError(
        `Cannot read the result of a ${this.type} state: it is still stored; use \`await state.load()\``,
      );
    return this._result.value as T;
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

  isPending(): boolean {
    return this.type === "Pending" || this.isScheduled();
  }
  isScheduled(): boolean {
    return SCHEDULED_TYPES.includes(this.type);
  }
  isRetrying(): boolean {
    return this.type === "Retrying";
  }
  isRunning(): boolean {
    return RUNNING_TYPES.includes(this.type);
  }
  isFinished(): boolean {
    return FINISHED_TYPES.includes(this.type);
  }
  isSuccessful(): boolean {
    return SUCCESSFUL_TYPES.includes(this.type);
  }
  isFailed(): boolean {
    return FAILED_TYPES.includes(this.type);
  }
  isCached(): boolean {
    return this.type === "Cached";
  }
  isMapped(): boolean {
    return this.type === "Mapped";
  }
  isSkipped(): boolean {
    return this.type === "Skipped";
  }
  /** Whether it only wraps another state. */
  isMeta(): boolean {
    return this.type === "Submitted" || this.type === "Queued";
  }

  [inspect.custom](depth: number, options: import("node:util").InspectOptionsStylized): string {
    const { result, ...rest } = this.fields();
    const shown = Object.entries({ ...rest, ...(result !== NoResult && { result }) }).filter(
      ([, value]) => value !== null && value !== NOTHING,
    );
    if (depth < 0) return `[${this.type}]`;
    return `${this.type} ${inspect(Object.fromEntries(shown), { ...options, depth: options.depth === null ? null : (options.depth ?? 2) - 1 })}`;
  }
}

/** Whether a text names a state. */
export const isStateType = (text: string): text is StateType => (STATE_TYPES as readonly string[]).includes(text);

function resultOf<T>(fields: StateFields<T>): Result<T> {
  if (!("result" in fields)) return NoResult as Result<unknown> as Result<T>;
  return fields.result instanceof Result ? fields.result : new Result<T>({ value: fields.result as T });
}

function frozenCopy(json: Json): Json {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return Object.freeze(json.map(frozenCopy)) as Json;
  return Object.freeze(Object.fromEntries(Object.entries(json).map(([key, value]) => [key, frozenCopy(value)])));
}
