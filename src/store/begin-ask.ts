import type { EpochMs, Json } from "../contracts/json.js";
import type { FlowRunSummary, GraphNode, Place } from "../contracts/records.js";
import type { RememberedRun } from "./remembered-run.js";

/** Who runs a flow run now. A run has one owner at a time. */
export interface Owner {
  /** Made once per process (session or script). */
  readonly id: string;
  readonly pid: number;
  /** Start time of the process, so that a pid used again is not taken for the same owner. */
  readonly startedAt: EpochMs;
}

/** Where a run belongs: runs of one place and flow resume each other. */
export interface RunPlace extends Place {
  readonly flow: string;
}

/** The right to write to a run: the one attempt that its owner began. Every write of a run shows it. */
export interface RunHold {
  readonly runId: string;
  readonly attempt: number;
  readonly ownerId: string;
}

/**
 * Which run an attempt begins. "unsuccessful": the newest run with equal parameters, or where there is none the newest
 * of the same occurrence, if it did not succeed; else a new run. "last": the same, however that run ended. "run": the
 * run of that id, and no other.
 */
export type RunChoice =
  | { readonly kind: "new" }
  | { readonly kind: "unsuccessful" }
  | { readonly kind: "last" }
  | { readonly kind: "run"; readonly id: string };

/** A run's parameters in the three forms in which they are needed. */
export interface RunParameters {
  /** Lossless: JSON text as a serializer gave it; null where they could not be serialized. */
  readonly text: string | null;
  /** Equal for equal parameters; null where they could not be hashed, which equals nothing. */
  readonly key: string | null;
  /** For lists. */
  readonly shown: { readonly [name: string]: Json };
}

/** Asks for the beginning of an attempt. */
export interface BeginAsk {
  /** Made for this ask alone, and the id of the run where a new one begins. Asked again, it gives the same answer. */
  readonly newId: string;
  readonly place: RunPlace;
  /** The number of this run among the runs of its flow in one execution of the cell or script, from 1. */
  readonly occurrence: number;
  readonly choice: RunChoice;
  /** Runs that were begun in this execution already: only asked for by id is one of them resumed. */
  readonly taken: readonly string[];
  /** Runs of this owner that were stopped and will not write their end: they may be resumed as if it were dead. @default none */
  readonly abandoned?: readonly string[];
  readonly owner: Owner;
  readonly graph: readonly GraphNode[];
  readonly parameters: RunParameters;
  readonly now: EpochMs;
}

/** What the attempts of a run left that would be resumed. */
export interface PreviousAttempts {
  readonly previous: RememberedRun;
  /** The parameters of the newest of them, lossless; null where they could not be stored. */
  readonly parametersText: string | null;
}

/** An attempt that has begun. */
export interface BegunRun {
  readonly run: FlowRunSummary;
  readonly hold: RunHold;
  /** What the attempts before this one left; undefined for a new run. */
  readonly previous: RememberedRun | undefined;
  /** The parameters of the attempt before this one, lossless; null where it has none. */
  readonly parametersText: string | null;
  /** What the person has to know of the store, a sentence each. */
  readonly notices: readonly string[];
}
