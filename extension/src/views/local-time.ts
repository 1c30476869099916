import type { EpochMs } from "../../../src/contracts/json.js";
import { element, setAttributes, setText, type View } from "./element.js";

const today = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const earlier = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A moment in local time; ISO 8601 on hover. */
export function localTime(): View<EpochMs> {
  const node = element("time", { class: "cl-time" });
  return {
    node,
    update(moment) {
      const date = new Date(moment);
      if (Number.isNaN(date.getTime())) return setText(node, "");
      const iso = date.toISOString();
      const sameDay = date.toDateString() === new Date().toDateString();
      setAttributes(node, { datetime: iso, title: iso });
      setText(node, (sameDay ? today : earlier).format(date));
    },
  };
}
