import type { Json } from "../contracts/json.js";
import { compositionOf } from "../result/composed-result.js";
import { NoResult } from "../result/no-result.js";
import { preview } from "../result/preview.js";
import type { Result } from "../result/result.js";
import { serializerJson } from "../result/result-serializer.js";
import { storedBlobOf, storedReferenceOf } from "../result/stored-result.js";
import { unserializableOf } from "../result/unserializable.js";
import { CallStates } from "./call-states.js";
import { type ResultJson, STATE_VERSION, type StateJson } from "./state-json.js";
import type { State } from "./states.js";

/**
 * The wire form of a state. Serializes every result that is not yet, each with its own serializer, and leaves
 * the state as it is; what cannot be serialized becomes `Unserializable`. A flow's state has those of its calls
 * by name; read again, they are found by name too.
 */
export async function dumpState(state: State): Promise<StateJson> {
  const inputs = Object.entries(state.cachedInputs);
  const dumped = await Promise.all(inputs.map(async ([name, input]) => [name, await dumpResult(input)] as const));
  return {
    type: state.type,
    message: state.message,
    _result: await dumpResult(state._result),
    cached_inputs: Object.fromEntries(dumped),
    ...(await ownFields(state)),
    timestamp: state.timestamp.toISOString(),
    context: state.context,
    __version__: STATE_VERSION,
  } as StateJson;
}

/** What a state has beyond every state's fields, under the names of the wire. */
async function ownFields(state: State): Promise<{ [key: string]: unknown }> {
  switch (state.type) {
    case "Scheduled":
    case "Paused":
    case "Resume":
      return { start_time: isoTime(state.startTime) };
    case "Retrying":
      return { start_time: isoTime(state.startTime), run_count: state.runCount };
    case "Submitted":
    case "Queued":
      return { state: await dumpState(state.state) };
    case "Cached":
      return {
        cached_result_expiration: isoTime(state.cachedResultExpiration),
        cached_parameters: state.cachedParameters,
        hashed_inputs: state.hashedInputs,
      };
    case "Mapped":
      return { map_states: await Promise.all(state.mapStates.map(dumpState)), n_map_states: state.nMapStates };
    case "Looped":
      return { loop_count: state.loopCount };
    default:
      return {};
  }
}

const isoTime = (time: Date | null): string | null => time?.toISOString() ?? null;

/** The wire form of a result. @throws when it is only a reference and its store cannot be read. */
export async function dumpResult(result: Result): Promise<ResultJson> {
  if (result === NoResult) return { type: "NoResult" };
  if (!result.serialized && result.value instanceof CallStates) return dumpCalls(result.value);
  const why = unserializableOf(result);
  if (why) return { type: "Unserializable", ...why };
  const stored = await storedBlobOf(result);
  if (stored !== undefined) return wireResult(result, stored);
  const composed = compositionOf(result);
  if (composed) return wireResult(result, await composed.serialize());
  // What refers to more bytes of its store takes them along: the wire form stands for itself.
  const live = storedReferenceOf(result)?.outside ? await result.deserialize() : result;
  try {
    const { value } = await live.serialize();
    return wireResult(result, value as Json);
  } catch (error) {
    return { type: "Unserializable", reason: (error as Error).message, preview: preview(live.value) };
  }
}

async function dumpCalls(calls: CallStates): Promise<ResultJson> {
  const dumped = await Promise.all(
    [...calls].map(async ([{ name }, state]) => [name, await dumpState(state)] as const),
  );
  return { type: "CallStates", calls: Object.fromEntries(dumped) };
}

const wireResult = ({ serializer }: Result, value: Json): ResultJson => ({
  type: "Result",
  serialized: true,
  value,
  serializer: serializerJson(serializer),
});
