import type { Step } from "../result/object-path.js";
import { StateFormatError } from "./state-format-error.js";
import { STATE_VERSION } from "./state-json.js";

type Fields = { readonly [key: string]: unknown };

/** States in states: Mapped in Mapped, Submitted around one. More is nobody's flow. */
const DEEPEST_STATE = 64;

/** What Prefect called a state → what it is here. */
const STATE_NAMES: { readonly [name: string]: string } = { Aborted: "Failed" };

/**
 * The wire form of version 1 of a state that an older version, or Prefect 0.5 to 0.13, wrote. What it does not
 * know it leaves to the schema.
 * @throws {StateFormatError} when a newer version wrote it.
 */
export function modernState(json: unknown, steps: readonly Step[] = []): unknown {
  if (!isFields(json)) return json;
  if (steps.length > DEEPEST_STATE * 2) throw new StateFormatError(steps.slice(0, 8), "states are nested too deeply");
  const { __version__: version, type } = json;
  if (typeof version === "number" && version > STATE_VERSION)
    throw new StateFormatError(
      [...steps, "__version__"],
      `a newer Cellar wrote it (version ${version}, this one reads up to ${STATE_VERSION}); update Cellar to read it`,
    );
  // The client failed to report the state inside: to us it is that state.
  if (type === "ClientFailed" && isFields(json.state)) return modernState(json.state, [...steps, "state"]);
  return {
    ...json,
    ...(typeof type === "string" && Object.hasOwn(STATE_NAMES, type) && { type: STATE_NAMES[type] }),
    ...("_result" in json && { _result: modernResult(json._result, steps) }),
    ...(isFields(json.cached_inputs) && { cached_inputs: modernInputs(json.cached_inputs) }),
    ...("state" in json && { state: modernState(json.state, [...steps, "state"]) }),
    ...(Array.isArray(json.map_states) && {
      map_states: json.map_states.map((state, index) => modernState(state, [...steps, "map_states", index])),
    }),
  };
}

const modernInputs = (inputs: Fields): Fields =>
  Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, modernResult(input)]));

/** Prefect kept a value as JSON text beside its handler (to 0.10), or its location (from 0.11). */
function modernResult(json: unknown, steps: readonly Step[] = []): unknown {
  if (json === null) return { type: "NoResult" };
  if (!isFields(json)) return json;
  if (json.type === "CallStates" && isFields(json.calls)) {
    const states = Object.entries(json.calls).map(([name, state]) => [
      name,
      modernState(state, [...steps, "_result", "calls", name]),
    ]);
    return { ...json, calls: Object.fromEntries(states) };
  }
  if (json.type === "NoResultType") return { type: "NoResult" };
  if (json.type === "SafeResult") return prefectResult(json.value, json.result_handler);
  if (!("location" in json)) return json;
  const { location, ...serializer } = json;
  return location === null ? { type: "NoResult" } : prefectResult(location, serializer);
}

function prefectResult(value: unknown, handler: unknown): unknown {
  if (!isFields(handler)) return { type: "Result", serialized: true, value, serializer: handler };
  const { __version__: _, ...serializer } = handler;
  return { type: "Result", serialized: true, value, serializer };
}

const isFields = (json: unknown): json is Fields => typeof json === "object" && json !== null && !Array.isArray(json);
