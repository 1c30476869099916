/**
 * The shapes that leave a process: the store's rows, the comm messages, the MIME payloads and the
 * renderers' input are these same records, without mappers in between. Types and constants only;
 * the browser imports this file.
 */
import type { EpochMs, Json } from "./json.js";

/** Version inside every MIME payload and comm message. */
export const RECORD_VERSION = 1;

export const STATE_MIME = "application/vnd.cellar.state+json";
export const RESULT_MIME = "application/vnd.cellar.result+json";
export const FLOW_RUN_MIME = "application/vnd.cellar.flow-run+json";

export const STATE_TYPES = [
  "Pending",
  "Scheduled",
  "Retrying",
  "Paused",
  "Resume",
  "Submitted",
  "Queued",
  "Running",
  "Cancelling",
  "Success",
  "Cached",
  "Mapped",
  "Skipped",
  "Looped",
  "Failed",
  "TimedOut",
  "TriggerFailed",
  "ValidationFailed",
  "Crashed",
  "Cancelled",
] as const;
/** Names of the state classes. */
export type StateType = (typeof STATE_TYPES)[number];

/** An error that crossed a process, a row or a MIME bundle. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  /** Source-mapped where it could be; without our own frames. */
  readonly stack?: string;
  readonly cause?: ErrorRecord;
  /** An AggregateError's errors. */
  readonly errors?: readonly ErrorRecord[];
}

/** How a Result looks without reading it. */
export interface ResultRecord {
  readonly v: 1;
  readonly kind: "Result" | "NoResult" | "Unserializable";
  /** SHA-256 (hex) of the stored bytes; null while nothing is stored. Key of the `results` table. */
  readonly id: string | null;
  readonly serialized: boolean;
  /** The serializer's `type`; null under NoResult. */
  readonly serializer: string | null;
  /** Size of the stored bytes. */
  readonly bytes: number | null;
  /** At most 2 KiB of readable text, made when the result was stored; null when nothing was. */
  readonly preview: string | null;
  /** Why it could not be serialized: the path and the kind that do not fit. */
  readonly reason?: string;
}

/** A State as it is listed, stored, sent and drawn: all of it but the values. */
export interface StateRecord {
  /** Version of the record. */
  readonly v: 1;
  /** The state's class. */
  readonly type: StateType;
  /** What a person should know, in a sentence. */
  readonly message: string | null;
  /** When it was reached. */
  readonly timestamp: EpochMs;
  /** Attempts begun so far, this one included; 0 before the first. */
  readonly runCount: number;
  /** Its result, without the value. */
  readonly result: ResultRecord;
  /** Of a Failed state. */
  readonly error?: ErrorRecord;
  /** Of a Scheduled state; null on Paused means: until resumed. */
  readonly startTime?: EpochMs | null;
  /** Of a Looped state. */
  readonly loopCount?: number;
  /** Of a Mapped state. */
  readonly children?: number;
  /** Of a Cached state. */
  readonly expires?: EpochMs | null;
  /** Last progress told by the task, 0..1. */
  readonly progress?: {
    /** 0..1 */
    readonly fraction: number;
    /** What it is about to do. */
    readonly message: string | null;
  };
}

/** An attempt of a flow run. */
export interface RunReference {
  readonly id: string;
  readonly attempt: number;
}

/** Payload of STATE_MIME: a state, with the name of what is in it where there is one. */
export interface StatePayload extends StateRecord {
  readonly name?: string;
  /** The flow run that ended in it: a later attempt supersedes it. */
  readonly run?: RunReference;
}

/** One task run of a flow run, in its latest state. */
export interface TaskRunRecord {
  /** Unique among all task runs; kept from attempt to attempt. */
  readonly id: string;
  /** The flow run it is part of. */
  readonly flowRunId: string;
  /**
   * The attempt of the flow run in which it last ran or was kept: smaller than the run's own where that attempt has
   * not reached it. Records of older versions lack it.
   */
  readonly attempt: number;
  /** The call's name in its flow ("extract", "extract-2"). */
  readonly name: string;
  /** The task's own name. */
  readonly task: string;
  /** Index of a mapped child; null otherwise. */
  readonly mapIndex: number | null;
  /** Its latest state. */
  readonly state: StateRecord;
  /** Attempts allowed: maxRetries + 1. */
  readonly maxAttempts: number;
  /** True when this attempt of the flow run kept a state reached by an earlier one. */
  readonly kept: boolean;
  /** When its latest attempt began; null before the first. */
  readonly startedAt: EpochMs | null;
  /** When it was over; null before. */
  readonly endedAt: EpochMs | null;
  /** Why it ran or did not: "kept", "inputs changed: limit 5 → 6", "cache miss: url changed …", or null. */
  readonly reason: string | null;
  /** Of a mapped parent in a copy that leaves children out: how many of all its children are in which state. */
  readonly childStates?: StateCounts;
}

/** A state that a task run was in. */
export interface PastState extends StateRecord {
  /** The attempt of the flow run in which it was reached. */
  readonly attempt: number;
  /** The attempt of the task, by the id that the engine gave it; null where none was noted. */
  readonly attemptId: string | null;
}

/** How many are in which state; those that none is in are left out. */
export type StateCounts = { readonly [T in StateType]?: number };

/** A planned call: what is known of a task before it runs. */
export interface GraphNode {
  readonly name: string;
  readonly task: string;
  /** Names of the calls it waits for. */
  readonly upstream: readonly string[];
  readonly mapped: boolean;
  readonly tags: readonly string[];
  /** Its arguments, by the names of the function's parameters; older versions did not write them. */
  readonly inputs?: readonly GraphInput[];
}

/** Where an argument of a call comes from. */
export interface GraphInput {
  readonly name: string;
  /** "several": a list or an object in which calls or parameters are. */
  readonly from: "call" | "parameter" | "value" | "several";
  /** Name of the call or of the flow's parameter. */
  readonly of?: string;
  /** A constant in a few characters, or the names of several calls. */
  readonly text?: string;
}

/** Where code stands. Part of a run's identity (flow.md §4, "Resuming"). */
export interface Place {
  /** Notebook or script, relative to the folder that holds the store; null when there is none. */
  readonly file: string | null;
  /** Cell id, where the client sends one. */
  readonly cell: string | null;
}

/** A flow run in its latest state: a row of the store, and all that a widget needs. */
export interface FlowRunRecord {
  /** Version of the record. */
  readonly v: 1;
  /** Unique among all flow runs; kept from attempt to attempt. */
  readonly id: string;
  /** The flow's name. */
  readonly flow: string;
  /** Where the code stands that ran it. */
  readonly place: Place;
  /** Its latest state. */
  readonly state: StateRecord;
  /** 1 for a fresh run; one more each time it was resumed. */
  readonly attempt: number;
  /** Task runs that this attempt kept, mapped children counted one by one, their parent not. */
  readonly kept: number;
  /** Task runs that this attempt ran, counted alike. */
  readonly ran: number;
  /** Task runs whose results this attempt took from the cache: neither kept nor ran. @default 0 */
  readonly cached?: number;
  /** Start of its first attempt. */
  readonly createdAt: EpochMs;
  /** Start of this attempt. */
  readonly startedAt: EpochMs;
  /** When this attempt was over; null before. */
  readonly endedAt: EpochMs | null;
  /** What it was given; text where that is no JSON. */
  readonly parameters: { readonly [name: string]: Json };
  /** Task runs that this copy leaves out to stay small; the store has them. */
  readonly omitted?: number;
  /** Its calls, each behind what it waits for. */
  readonly graph: readonly GraphNode[];
  /** Latest state of every task run, in graph order, a mapped parent before its children. */
  readonly tasks: readonly TaskRunRecord[];
}

/** A flow run as it is listed: without graph and tasks. */
export type FlowRunSummary = Omit<FlowRunRecord, "graph" | "tasks">;

/** A line that a task wrote: with `context().log`, or to the console. */
export interface LogRecord {
  readonly taskRunId: string;
  readonly timestamp: EpochMs;
  readonly text: string;
  /** How much it matters. @default "info" */
  readonly level?: "debug" | "info" | "warn" | "error";
  /** By which way it was written. @default "log" */
  readonly source?: "log" | "stdout" | "stderr";
  /** The attempt of the task that wrote it, from 1. */
  readonly attempt?: number;
}

/** Predicates over state types, for those who see only records. */
export const FAILED_TYPES: readonly StateType[] = [
  "Failed",
  "TimedOut",
  "TriggerFailed",
  "ValidationFailed",
  "Crashed",
];
export const SUCCESSFUL_TYPES: readonly StateType[] = ["Success", "Cached", "Mapped", "Skipped"];
export const RUNNING_TYPES: readonly StateType[] = ["Running", "Cancelling"];
export const FINISHED_TYPES: readonly StateType[] = [...SUCCESSFUL_TYPES, ...FAILED_TYPES, "Looped", "Cancelled"];

/** The result of a state that has none. */
export const NO_RESULT_RECORD: ResultRecord = {
  v: 1,
  kind: "NoResult",
  id: null,
  serialized: false,
  serializer: null,
  bytes: null,
  preview: null,
};
