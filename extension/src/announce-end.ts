import { Notification } from "@jupyterlab/apputils";
import { FAILED_TYPES, type FlowRunRecord, SUCCESSFUL_TYPES } from "../../src/contracts/records.js";
import { formatDuration } from "../../src/display/human-units.js";
import { keptAndRan } from "../../src/display/run-outline.js";

/** Whoever waited that long has looked away meanwhile. */
const LONG_MS = 20_000;
const announced = new Set<string>();

/** Tells the end of a run that took long, once however many views follow it. `before` is what was known before `now`. */
export function announceEnd(before: FlowRunRecord | undefined, now: FlowRunRecord, show: () => void): void {
  if (before?.endedAt !== null || before.id !== now.id || now.endedAt === null) return;
  const key = `${now.id} ${now.attempt}`;
  const took = now.endedAt - now.startedAt;
  if (took < LONG_MS || announced.has(key)) return;
  announced.add(key);
  const text = `${now.flow}: ${now.state.type} after ${formatDuration(took)}, ${keptAndRan(now)}`;
  const options = { autoClose: 10_000, actions: [{ label: "Show", callback: show }] };
  if (FAILED_TYPES.includes(now.state.type)) Notification.error(text, { actions: options.actions, autoClose: false });
  else if (SUCCESSFUL_TYPES.includes(now.state.type)) Notification.success(text, options);
  else Notification.info(text, options);
}
