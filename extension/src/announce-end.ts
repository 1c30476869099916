import { Notification } from "@jupyterlab/apputils";
import { FAILED_TYPES, type FlowRunSummary, SUCCESSFUL_TYPES } from "../../src/contracts/records.js";
import { STATE_LOOKS } from "../../src/contracts/state-look.js";
import { formatDuration } from "../../src/display/human-units.js";
import { keptAndRan } from "../../src/display/run-outline.js";
import { preferences } from "./views/preferences.js";

/** Kept by the browser, so that neither a reload nor a second page says it again. */
const STORAGE_KEY = "cellar:announced";
const MOST_KEPT = 200;

/**
 * Announces the end of an attempt that took long: once, however many views and pages follow it.
 * @param before the run as the kernel had it before `now`; undefined where `now` is the first that was heard.
 */
export function announceEnd(before: FlowRunSummary | undefined, now: FlowRunSummary, show: () => void): void {
  if (before?.endedAt !== null || before.id !== now.id || now.endedAt === null) return;
  const took = now.endedAt - now.startedAt;
  const { announceAfterSeconds } = preferences();
  if (announceAfterSeconds === 0 || took < announceAfterSeconds * 1000 || !firstTime(`${now.id} ${now.attempt}`))
    return;
  const text = `${now.flow}: ${STATE_LOOKS[now.state.type].word} after ${formatDuration(took)}, ${keptAndRan(now)}`;
  const options = { autoClose: 10_000, actions: [{ label: "Show", callback: show }] };
  if (FAILED_TYPES.includes(now.state.type)) Notification.error(text, { actions: options.actions, autoClose: false });
  else if (SUCCESSFUL_TYPES.includes(now.state.type)) Notification.success(text, options);
  else Notification.info(text, options);
}

function firstTime(key: string): boolean {
  const announced = kept();
  if (announced.includes(key)) return false;
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify([...announced, key].slice(-MOST_KEPT)));
  } catch {
    // storage is full or switched off: then it may be said once more after a reload
  }
  return true;
}

function kept(): readonly string[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(read) ? read.map(String) : [];
  } catch {
    return []; // somebody else's text under this key, or no storage at all
  }
}
