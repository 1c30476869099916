import type { EpochMs } from "../../../src/contracts/json.js";
import {
  FINISHED_TYPES,
  RUNNING_TYPES,
  type StateRecord,
  type StateType,
  type TaskRunRecord,
} from "../../../src/contracts/records.js";

/** A stretch of a task run's time: it waited for its turn, ran, or waited for its next attempt. */
export interface Segment {
  readonly kind: "queued" | "running" | "waiting";
  readonly from: EpochMs;
  /** null while it goes on. */
  readonly to: EpochMs | null;
  /** Attempt that runs or, of a wait, that ended before. */
  readonly attempt: number;
  /** The state that ended it; undefined while it goes on. */
  readonly end: StateRecord | undefined;
}

const kindOf = (type: StateType): Segment["kind"] =>
  RUNNING_TYPES.includes(type) ? "running" : type === "Retrying" || type === "Paused" ? "waiting" : "queued";

/** The time of a task run, cut at its changes of state. States of one kind that follow each other are one stretch. */
export function segmentsOf(history: readonly StateRecord[]): Segment[] {
  const segments: Segment[] = [];
  for (const state of history) {
    const kind = kindOf(state.type);
    const open = segments.at(-1);
    if (open?.to === null) {
      // A longer stretch of the same kind, unless an attempt ended in it.
      if (!FINISHED_TYPES.includes(state.type) && open.kind === kind && open.attempt === state.runCount) continue;
      segments[segments.length - 1] = { ...open, to: state.timestamp, end: state };
    }
    if (!FINISHED_TYPES.includes(state.type))
      segments.push({ kind, from: state.timestamp, to: null, attempt: state.runCount, end: undefined });
  }
  return segments;
}

/** What is known without the history: one attempt, and nothing of what came before it. */
export function lastSegment({ startedAt, endedAt, state }: TaskRunRecord): Segment[] {
  if (startedAt === null) return [];
  const running = RUNNING_TYPES.includes(state.type);
  if (endedAt === null && !running) return [];
  const end = running ? undefined : state;
  return [{ kind: "running", from: startedAt, to: endedAt, attempt: state.runCount, end }];
}
