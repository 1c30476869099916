import type { EpochMs } from "../../../src/contracts/json.js";
import { RUNNING_TYPES, type TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";

/** Before that much has been seen, a rate says nothing. */
const LEAST_MS = 1000;

/** "retries in 4 s": counts down to the next attempt; undefined when none is waited for or its time has come. */
export function countdown(state: TaskRunRecord["state"], now: EpochMs): string | undefined {
  if (!state.startTime || state.startTime <= now) return undefined;
  const verb = state.type === "Retrying" ? "retries" : state.type === "Paused" ? "resumes" : "starts";
  return `${verb} in ${wholeSeconds(state.startTime - now)}`;
}

/** "70 % · 12 s left": how far a running task says it is, and what that makes of the time it took so far. */
export function taskProgress({ state, startedAt }: TaskRunRecord, now: EpochMs): string | undefined {
  if (!state.progress || !RUNNING_TYPES.includes(state.type)) return undefined;
  const fraction = Math.min(1, Math.max(0, state.progress.fraction));
  const percent = `${Math.round(fraction * 100)} %`;
  const left = startedAt === null ? undefined : timeLeft(fraction, now - startedAt);
  return left === undefined ? percent : `${percent} · ${left} left`;
}

/** "12.5/s · 40 s left": how fast tasks end in this attempt, and how long the others take at that rate. */
export function runProgress(ended: number, open: number, elapsedMs: number): string | undefined {
  if (ended < 3 || open <= 0 || elapsedMs < LEAST_MS) return undefined;
  const rate = ended / (elapsedMs / 1000);
  const speed = rate >= 1 ? `${round(rate)}/s` : `${round(rate * 60)}/min`;
  const left = timeLeft(ended / (ended + open), elapsedMs);
  return left === undefined ? speed : `${speed} · about ${left} left`;
}

function timeLeft(fraction: number, elapsedMs: number): string | undefined {
  if (fraction < 0.02 || fraction >= 1 || elapsedMs < LEAST_MS) return undefined;
  return wholeSeconds((elapsedMs * (1 - fraction)) / fraction);
}

const wholeSeconds = (ms: number): string =>
  ms < 59_000 ? `${Math.ceil(ms / 1000)} s` : formatDuration(Math.ceil(ms / 1000) * 1000);

const round = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
