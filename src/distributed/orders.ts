import * as z from "zod";
import type { Json } from "../contracts/json.js";
import type { SerializerJson } from "../result/result-serializer.js";

/** All that crosses between a coordinator, which runs flows, and its workers. What arrives is parsed here. */

/** Number of what crosses. Coordinator and worker must agree on it; it changes when a field changes its meaning. */
export const PROTOCOL = 1;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const json = z.custom<Json>((value) => value !== undefined);
const serializer = z.custom<SerializerJson>(
  (value) => typeof value === "object" && value !== null && typeof (value as SerializerJson).type === "string",
);
const bytesReference = z.object({ sha256, bytes: z.int().nonnegative() });

const carried = z.object({
  /** SHA-256 of the JSON text: whoever reads it checks that. */
  id: sha256,
  serializer,
  /** The JSON text, where it is short. @default it lies in the depot as `value:<id>` */
  text: z.string().optional(),
  /** Size of the text in bytes. */
  bytes: z.int().nonnegative(),
  /** Bytes that the text refers to: they lie in the depot as `bytes:<sha256>`. */
  blobs: z.array(bytesReference),
});
/** A value on its way. */
export type Carried = z.infer<typeof carried>;

const problem = z.object({ problem: z.string() });
/** A value that nobody may need: why it could not be sent is said where it is read. */
export type MaybeCarried = Carried | z.infer<typeof problem>;

const order = z.object({
  protocol: z.literal(PROTOCOL),
  run: z.string().min(1),
  attempt: z.string().min(1),
  task: z.string(),
  /** SHA-256 of the code's text, which lies in the depot as `code:<sha256>`. */
  artifact: sha256,
  /** Array of the constants that the code refers to. */
  constants: carried,
  inputs: z.array(carried),
  parameters: z.union([carried, problem]),
  loopResult: z.union([carried, problem]),
  context: z.object({
    taskName: z.string(),
    taskRunCount: z.number(),
    mapIndex: z.number().nullable(),
    flowName: z.string(),
    flowRunId: z.string(),
    scheduledStartTime: z.number(),
    loopCount: z.number(),
    resumed: z.boolean(),
  }),
  /** What the task's value is serialized with there; null: by value, and the coordinator does the rest. */
  serializer: serializer.nullable(),
  /** Counted from when the task is called. */
  timeoutMs: z.number().nullable(),
  /** Where large content lies, in words; null: in the queue itself. */
  shelf: z.string().nullable(),
  /** Bytes of one content that may go through the queue itself. */
  largest: z.number(),
});
/** One attempt of one task, for a worker. */
export type Order = z.infer<typeof order>;

const outcome = z.object({
  run: z.string(),
  attempt: z.string(),
  worker: z.string(),
  /** Wire form of the state without its result. */
  state: json,
  result: carried.nullable(),
});
const refusal = z.object({ attempt: z.string(), refused: z.string(), worker: z.string() });
/** What an attempt came to. */
export type Outcome = z.infer<typeof outcome>;
/** A worker that cannot read an order says so; it has no key to sign that with. */
export type Refusal = z.infer<typeof refusal>;

/** What is said of an attempt while it lasts. Losing one costs display alone. */
export type Note =
  | { readonly attempt: string; readonly began: { readonly worker: string; readonly host: string } }
  | { readonly attempt: string; readonly log: string }
  | { readonly attempt: string; readonly fraction: number; readonly message: string | null }
  /** Its outcome is there to be read. */
  | { readonly attempt: string; readonly ended: true }
  /** What the order names is not in the depot: it is to be put there, and the order posted again. */
  | { readonly attempt: string; readonly missing: readonly string[] };

const note = z.union([
  z.object({ attempt: z.string(), began: z.object({ worker: z.string(), host: z.string() }) }),
  z.object({ attempt: z.string(), log: z.string() }),
  z.object({ attempt: z.string(), fraction: z.number(), message: z.string().nullable() }),
  z.object({ attempt: z.string(), ended: z.literal(true) }),
  z.object({ attempt: z.string(), missing: z.array(z.string()) }),
]);

const workerNotice = z.object({
  id: z.string(),
  name: z.string(),
  host: z.string(),
  slots: z.int().nonnegative(),
  running: z.int().nonnegative(),
  node: z.string(),
  cellar: z.string(),
  protocol: z.int(),
  since: z.number(),
  /** Takes nothing more: it was told to end. */
  leaving: z.boolean(),
});
/** What a worker says of itself, some times a minute. */
export type WorkerNotice = z.infer<typeof workerNotice>;

/** @throws {SyntaxError | z.ZodError} */
export const readOrder = (text: string): Order => order.parse(JSON.parse(text));
/** @throws {SyntaxError | z.ZodError} */
export const readOutcome = (text: string): Outcome => outcome.parse(JSON.parse(text));
/** The refusal that a text is; undefined where it is none. */
export function readRefusal(text: string): Refusal | undefined {
  return readOr(refusal, text);
}
/** The note that a text is; undefined where it is none. */
export function readNote(text: string): Note | undefined {
  return readOr(note, text);
}
/** The notice that a text is; undefined where it is none. */
export function readWorkerNotice(text: string): WorkerNotice | undefined {
  return readOr(workerNotice, text);
}

function readOr<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined; // not even JSON: whoever wrote it is not of ours
  }
}
