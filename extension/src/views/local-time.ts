import type { EpochMs } from "../../../src/contracts/json.js";
import { element, setAttributes, setText, type View } from "./element.js";
import { preferences } from "./preferences.js";

const TODAY = { hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
const EARLIER = { dateStyle: "medium", timeStyle: "short" } as const;
const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment in the time zone that was set, the browser's by default; ISO 8601 on hover. */
export function localTime(): View<EpochMs> {
  const node = element("time", { class: "cl-time" });
  return {
    node,
    update(moment) {
      const date = new Date(moment);
      if (Number.isNaN(date.getTime())) return setText(node, "");
      const iso = date.toISOString();
      setAttributes(node, { datetime: iso, title: iso });
      const sameDay = format({ dateStyle: "short" }).format(date) === format({ dateStyle: "short" }).format(new Date());
      setText(node, format(sameDay ? TODAY : EARLIER).format(date));
    },
  };
}

/** A formatter in the time zone that was set. */
function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const { timeZone } = preferences();
  const key = `${timeZone} ${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(undefined, { ...options, ...(timeZone && { timeZone }) });
  formats.set(key, known);
  return known;
}
