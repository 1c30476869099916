import * as z from "zod";
import type { Json } from "../contracts/json.js";
import { copyJson } from "../result/copy-json.js";
import { readTime } from "./wire-time.js";

/** Version of the wire form that `dumpState` writes. */
export const STATE_VERSION = 1;

const json = z.custom<Json>(isJson, "expected JSON").meta({ id: "Json", description: "Any JSON value" });
const time = z
  .string()
  .refine((text) => !Number.isNaN(readTime(text)), "expected an ISO 8601 time")
  .meta({ format: "date-time" });
const count = z.int().nonnegative();

const storedResult = z.object({
  type: z.literal("Result"),
  serialized: z.literal(true),
  value: json,
  serializer: z.object({ type: z.string().min(1) }).catchall(json),
});
const noResult = z.object({ type: z.literal("NoResult") });
const unserializable = z.object({ type: z.literal("Unserializable"), reason: z.string(), preview: z.string() });
/** Of a flow's state: how each of its calls ended, by name. */
const callStates = z.object({ type: z.literal("CallStates") });

interface CallStatesJson extends z.infer<typeof callStates> {
  calls: { [name: string]: StateJson };
}

/** A result on the wire. */
export type ResultJson =
  | z.infer<typeof storedResult>
  | z.infer<typeof noResult>
  | z.infer<typeof unserializable>
  | CallStatesJson;

const nested: z.ZodType<StateJson> = z.lazy(() => stateJson);
const result: z.ZodType<ResultJson> = z
  .discriminatedUnion("type", [
    storedResult,
    noResult,
    unserializable,
    callStates.extend({ calls: z.record(z.string(), nested) }),
  ])
  .meta({ id: "Result", title: "A result on the wire" });

const common = {
  message: z.string().nullish(),
  _result: result.nullish(),
  cached_inputs: z.record(z.string(), result).nullish(),
  timestamp: time.nullish(),
  context: z.record(z.string(), json).nullish(),
  __version__: z
    .union([z.literal(STATE_VERSION), z.string()])
    .nullish()
    .meta({ description: "Text: a Prefect version" }),
};
const plain = <Type extends string>(type: Type) => z.object({ type: z.literal(type), ...common });
const scheduled = <Type extends string>(type: Type) => plain(type).extend({ start_time: time.nullish() });

const submitted = plain("Submitted");
const queued = plain("Queued");
const mapped = plain("Mapped").extend({ n_map_states: count.nullish() });
const single = [
  plain("Pending"),
  scheduled("Scheduled"),
  scheduled("Retrying").extend({ run_count: count.nullish() }),
  scheduled("Paused"),
  scheduled("Resume"),
  plain("Running"),
  plain("Cancelling"),
  plain("Success"),
  plain("Cached").extend({
    cached_result_expiration: time.nullish(),
    cached_parameters: z.record(z.string(), json).nullish(),
    hashed_inputs: z.record(z.string(), z.string()).nullish(),
  }),
  plain("Skipped"),
  plain("Looped").extend({ loop_count: count.nullish() }),
  plain("Failed"),
  plain("TimedOut"),
  plain("TriggerFailed"),
  plain("ValidationFailed"),
  plain("Crashed"),
  plain("Cancelled"),
] as const;

interface SubmittedJson extends z.infer<typeof submitted> {
  state: StateJson;
}
interface QueuedJson extends z.infer<typeof queued> {
  state: StateJson;
}
interface MappedJson extends z.infer<typeof mapped> {
  map_states?: StateJson[] | null | undefined;
}

/** A state on the wire. */
export type StateJson = z.infer<(typeof single)[number]> | SubmittedJson | QueuedJson | MappedJson;

/** The wire form of every state: what `dumpState` writes and `loadState` reads. Keys it does not name are ignored. */
export const stateJson = z
  .discriminatedUnion("type", [
    ...single,
    submitted.extend({ state: nested }),
    queued.extend({ state: nested }),
    mapped.extend({ map_states: z.array(nested).nullish() }),
  ])
  .meta({ id: "State", title: "A state on the wire" });

/** The wire form as JSON Schema (draft 2020-12). */
export const stateJsonSchema = (): Json => z.toJSONSchema(stateJson, { unrepresentable: "any", io: "input" }) as Json;

function isJson(value: unknown): boolean {
  try {
    copyJson(value);
    return true;
  } catch {
    return false; // what is wrong with it is told by the path
  }
}
