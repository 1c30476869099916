import { formatDuration } from "../../../src/display/human-units.js";
import { element } from "./element.js";

/** Ticks from `from` to `to` (milliseconds since the start), and a line at `now` where it is in sight. */
export function drawAxis(track: HTMLElement, from: number, to: number, now: number | undefined): void {
  const span = to - from;
  const step = niceStep(span / 5);
  const marks: HTMLElement[] = [];
  for (let at = Math.ceil(from / step) * step; at <= from + span * 0.97; at += step)
    marks.push(mark("cl-tick", (at - from) / span, at === 0 ? "0" : formatDuration(at)));
  if (now !== undefined && now >= from && now <= to) marks.push(mark("cl-now", (now - from) / span, ""));
  track.replaceChildren(...marks);
}

function mark(className: string, at: number, text: string): HTMLElement {
  const node = element("span", { class: className }, text);
  node.style.left = `${at * 100}%`;
  return node;
}

/** 1, 2 or 5 times a power of ten, in seconds, minutes or hours. */
function niceStep(raw: number): number {
  const unit = raw < 60_000 ? 1 : raw < 3_600_000 ? 60_000 : 3_600_000;
  const power = 10 ** Math.floor(Math.log10(Math.max(raw / unit, 0.2)));
  return ([1, 2, 5, 10].find((each) => each * power * unit >= raw) ?? 10) * power * unit;
}
