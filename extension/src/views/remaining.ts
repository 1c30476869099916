import type { EpochMs } from "../../../src/contracts/json.js";
import { FINISHED_TYPES, RUNNING_TYPES, type StateType, type TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { taskTitle } from "../../../src/display/run-outline.js";

/** Before that much has been seen, a rate says nothing. */
const LEAST_MS = 1000;

/** "retries in 4 s": counts down to the next attempt; undefined when none is waited for or its time has come. */
export function countdown(state: TaskRunRecord["state"], now: EpochMs): string | undefined {
  if (!state.startTime || state.startTime <= now) return undefined;
  return `${waitVerb(state.type)} in ${wholeSeconds(state.startTime - now)}`;
}

/**
 * "sleepy retries at 01:08, in 1 h 59 min": what a run waits for whose only open tasks wait; undefined while one runs,
 * or is about to.
 */
export function waitText(tasks: readonly TaskRunRecord[], now: EpochMs): string | undefined {
  const open = tasks.filter(({ state }) => !FINISHED_TYPES.includes(state.type));
  const waiting = open.filter(({ state }) => isWaiting(state, now));
  if (waiting.length === 0) return undefined;
  const children = waiting.some(({ mapIndex }) => mapIndex !== null);
  const busy = open.some(({ state }) => BUSY_TYPES.includes(state.type) && !isWaiting(state, now));
  if (busy && !children) return undefined;
  const first = waiting.reduce((one, other) =>
    (other.state.startTime ?? Infinity) < (one.state.startTime ?? Infinity) ? other : one,
  );
  const more = waiting.length > 1 ? ` (and ${waiting.length - 1} more)` : "";
  const { startTime, type } = first.state;
  if (!startTime) return `${taskTitle(first)} waits until it is resumed${more}`;
  return `${taskTitle(first)} ${waitVerb(type)} at ${clockTime(startTime, now)}, in ${wholeSeconds(startTime - now)}${more}`;
}

const BUSY_TYPES = [...RUNNING_TYPES, "Submitted", "Queued"];
const isWaiting = ({ type, startTime }: TaskRunRecord["state"], now: EpochMs): boolean =>
  type === "Paused" ? !startTime || startTime > now : (startTime ?? 0) > now;
const waitVerb = (type: StateType): string =>
  type === "Retrying" ? "retries" : type === "Paused" ? "resumes" : "starts";

/** "01:08"; with the day where it is another one. */
function clockTime(moment: EpochMs, now: EpochMs): string {
  const date = new Date(moment);
  const time = date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.toLocaleDateString(undefined, { day: "numeric", month: "short" })} ${time}`;
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
