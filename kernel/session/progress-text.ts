import { formatDuration } from "../../src/display/human-units.js";
import { escapeMarkup } from "../../src/display/plain-text.js";

const TEXT_CELLS = 30;
/** Sooner a pace is a guess, and a quick loop is to leave the same output each time it runs. */
const PACE_AFTER_MS = 1000;

/** How far a loop has come. */
export interface ProgressNow {
  readonly done: number;
  /** Undefined when only the end tells how many there are. */
  readonly total: number | undefined;
  readonly label: string;
  readonly elapsedMs: number;
  readonly ended: boolean;
}

/** A bar as HTML and as text: "██░ 340/1000 rows · 170/s · 3.9 s left". */
export function progressText(progress: ProgressNow): { "text/html": string; "text/plain": string } {
  const { done, total, label } = progress;
  const counts = total === undefined ? String(done) : `${done}/${total}`;
  const words = [`${counts}${label && ` ${label}`}`, ...pace(progress)].join(" · ");
  const share = total ? Math.min(1, Math.max(0, done / total)) : total === 0 ? 1 : undefined;
  const filled = Math.round((share ?? 0) * TEXT_CELLS);
  const bar = share === undefined ? "" : `${"█".repeat(filled)}${"░".repeat(TEXT_CELLS - filled)} `;
  const attributes = share === undefined ? "" : ` value="${done}" max="${total || 1}"`;
  return {
    "text/html": `<progress${attributes}></progress> ${escapeMarkup(words)}`,
    "text/plain": `${bar}${words}`,
  };
}

function pace({ done, total, elapsedMs, ended }: ProgressNow): string[] {
  if (elapsedMs < PACE_AFTER_MS || done <= 0) return [];
  const rate = rateText(done / (elapsedMs / 1000));
  if (ended) return [rate, formatDuration(elapsedMs)];
  if (total === undefined || done >= total) return [rate];
  return [rate, `${formatDuration((elapsedMs / done) * (total - done))} left`];
}

/** "1,234/s", "2.5/s", and for slow ones "8.0 s each". */
function rateText(perSecond: number): string {
  if (perSecond < 0.5) return `${formatDuration(1000 / perSecond)} each`;
  return `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en")}/s`;
}
