import type { Json } from "../contracts/json.js";
import type { SerializerJson } from "../result/result-serializer.js";
import type { Carried, MaybeCarried, Order } from "./orders.js";

/** All that crosses between a worker, which runs no user code, and the process of one of its slots, which does. */

/** One call of a task. What it names by hash lies in `folder`. */
export interface TaskJob {
  readonly task: string;
  /** Name of the worker, for messages. */
  readonly worker: string;
  /** Folder of content by hash: code, long texts, bytes. */
  readonly folder: string;
  readonly artifact: string;
  readonly constants: Carried;
  readonly inputs: readonly Carried[];
  readonly parameters: MaybeCarried;
  readonly loopResult: MaybeCarried;
  readonly context: Order["context"];
  readonly serializer: SerializerJson | null;
}

/** Why a task is to stop: name and message of its signal's reason. */
export interface StopReason {
  readonly name: string;
  readonly message: string;
}

/** To the process. */
export type ToTask = { readonly job: TaskJob } | { readonly stop: StopReason };

/** How a call ended. What `result` names lies in the job's folder. */
export interface TaskReport {
  /** Wire form of the state without its result. */
  readonly state: Json;
  readonly result: Carried | null;
}

/** From the process. */
export type FromTask =
  /** Code and inputs are there; the task is called. */
  | { readonly began: true }
  | { readonly log: string }
  | { readonly fraction: number; readonly message: string | null }
  | { readonly report: TaskReport };
