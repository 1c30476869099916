import { type FlowRunSummary, NO_RESULT_RECORD, type StateType } from "../contracts/records.js";
import type { SqlRow } from "./driver.js";
import { isWhole, parse } from "./row-checksum.js";

/** What is left of a run's record is not shown: columns that repeat it say which run it is. */
const DAMAGED = "The store's record of this attempt is damaged.";

/** The columns that `summaryOf` needs, of `flow_runs` with its newest attempt and its flow. */
export const SUMMARY_COLUMNS = `attempts.record, attempts.checksum, attempts.attempt, flow_runs.id, flow_runs.type,
  flow_runs.created_at, flow_runs.ended_at, flows.flow, flows.file, flows.cell`;

/** A run as one attempt left it. Where its record is damaged, it says so in place of what it said. */
export function summaryOf(row: SqlRow): FlowRunSummary {
  if (isWhole(row, "record", "checksum")) return parse<FlowRunSummary>(row, "record");
  const [createdAt, endedAt] = [Number(row.created_at), row.ended_at === null ? null : Number(row.ended_at)];
  return {
    v: 1,
    id: String(row.id),
    flow: String(row.flow),
    place: { file: textOrNull(row.file), cell: textOrNull(row.cell) },
    state: {
      v: 1,
      type: row.type as StateType,
      message: DAMAGED,
      timestamp: endedAt ?? createdAt,
      runCount: 0,
      result: NO_RESULT_RECORD,
    },
    attempt: Number(row.attempt),
    kept: 0,
    ran: 0,
    createdAt,
    startedAt: createdAt,
    endedAt,
    parameters: {},
  };
}

/** A run whose parts are damaged, in words after what its state says. */
export function withDamage(run: FlowRunSummary, damages: readonly string[]): FlowRunSummary {
  if (damages.length === 0) return run;
  const said = [run.state.message, ...damages].filter((text) => text !== null).join(" ");
  return { ...run, state: { ...run.state, message: said } };
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);
