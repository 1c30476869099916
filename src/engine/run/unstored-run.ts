import { NO_RESULT_RECORD } from "../../contracts/records.js";
import type { BeginAsk, BegunRun } from "../../store/begin-ask.js";
import { thisOwner } from "./owner.js";

/** Begins a run that no store keeps: it has nothing to resume, and nobody else can take it over. */
export function beginUnstored(ask: Pick<BeginAsk, "newId" | "place" | "parameters" | "now">): BegunRun {
  const { newId, place, parameters, now } = ask;
  const { flow, file, cell } = place;
  return {
    run: {
      v: 1,
      id: newId,
      flow,
      place: { file, cell },
      state: { v: 1, type: "Running", message: null, timestamp: now, runCount: 0, result: NO_RESULT_RECORD },
      attempt: 1,
      kept: 0,
      ran: 0,
      createdAt: now,
      startedAt: now,
      endedAt: null,
      parameters: parameters.shown,
    },
    hold: { runId: newId, attempt: 1, ownerId: thisOwner.id },
    previous: undefined,
    parametersText: null,
    notices: [],
  };
}
