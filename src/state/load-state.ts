import type { $ZodIssue } from "zod/v4/core";
import { NoResult } from "../result/no-result.js";
import type { Step } from "../result/object-path.js";
import { reviveSerializer } from "../result/registry.js";
import { Result } from "../result/result.js";
import type { SerializerJson } from "../result/result-serializer.js";
import { unserializableResult } from "../result/unserializable.js";
import { LoadedCallStates } from "./call-states.js";
import { modernState } from "./modern-state.js";
import { StateFormatError } from "./state-format-error.js";
import { type ResultJson, type StateJson, stateJson } from "./state-json.js";
import { STATE_CLASSES, type State } from "./states.js";
import { readTime } from "./wire-time.js";

/**
 * The state that a wire form describes, also one that Prefect 0.5 to 0.13 wrote. Results stay as they are stored
 * until somebody reads them: `await state.load()`, of a flow's call `await state.task("extract").load()`.
 * @throws {StateFormatError} naming the path to what is wrong.
 */
export function loadState(json: unknown): State {
  const modern = modernState(json);
  const parsed = stateJson.safeParse(modern);
  if (!parsed.success) throw formatError(parsed.error.issues[0]!, modern);
  return stateOf(parsed.data);
}

function formatError(issue: $ZodIssue, json: unknown): StateFormatError {
  const steps = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  if (issue.code !== "invalid_union" || !("discriminator" in issue)) return new StateFormatError(steps, issue.message);
  const found = valueAt(json, steps);
  if (found === undefined) return new StateFormatError(steps, "type is missing");
  const shown = typeof found === "object" ? "of no text" : JSON.stringify(found).slice(0, 100); // it may nest without end
  return new StateFormatError(steps, `unknown type ${shown}`);
}

const valueAt = (json: unknown, steps: readonly Step[]): unknown =>
  steps.reduce<unknown>((at, step) => (at as { [key: string]: unknown } | undefined)?.[step as string], json);

function stateOf(json: StateJson): State {
  const { type, message, context } = json;
  const Class = STATE_CLASSES[type] as new (fields: object) => State;
  return new Class({
    message,
    context: context ?? undefined,
    result: resultOf(json._result),
    cachedInputs: Object.fromEntries(
      Object.entries(json.cached_inputs ?? {}).map(([name, input]) => [name, resultOf(input)]),
    ),
    timestamp: timeOf(json.timestamp),
    ...ownFields(json),
  });
}

function ownFields(json: StateJson): object {
  switch (json.type) {
    case "Scheduled":
    case "Resume":
      return { startTime: timeOf(json.start_time) };
    case "Paused":
      return { startTime: timeOf(json.start_time) ?? null };
    case "Retrying":
      return { startTime: timeOf(json.start_time), runCount: json.run_count ?? undefined };
    case "Submitted":
    case "Queued":
      return { state: stateOf(json.state) };
    case "Cached":
      return {
        cachedResultExpiration: timeOf(json.cached_result_expiration),
        cachedParameters: json.cached_parameters,
        hashedInputs: json.hashed_inputs,
      };
    case "Mapped":
      return { mapStates: json.map_states?.map(stateOf), nMapStates: json.n_map_states ?? undefined };
    case "Looped":
      return { loopCount: json.loop_count ?? undefined };
    default:
      return {};
  }
}

const timeOf = (text: string | null | undefined): Date | undefined =>
  text == null ? undefined : new Date(readTime(text));

function resultOf(json: ResultJson | null | undefined): Result {
  if (!json || json.type === "NoResult") return NoResult;
  if (json.type === "Unserializable") return unserializableResult(json);
  if (json.type === "CallStates") {
    const calls = Object.entries(json.calls).map(([name, state]) => [{ name }, stateOf(state)] as const);
    return new Result({ value: new LoadedCallStates(calls) });
  }
  return new Result({
    value: json.value,
    serialized: true,
    serializer: reviveSerializer(json.serializer as SerializerJson),
  });
}
