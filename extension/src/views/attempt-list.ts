import type { StateRecord, TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { segmentsOf } from "./attempts.js";
import { element, setChildren, type View } from "./element.js";
import { stateIcon, toneOf, wordOf } from "./state-icon.js";

export interface AttemptListModel {
  readonly task: TaskRunRecord | undefined;
  readonly history: readonly StateRecord[] | undefined;
}

/** One line per attempt: how it ended, how long it took, how long the next one was waited for. Hidden for a single one. */
export function attemptList(): View<AttemptListModel> {
  const node = element("ol", { class: "cl-attempts", hidden: true });
  let drawn = "";
  return {
    node,
    update({ task, history }) {
      const segments = task && history ? segmentsOf(history) : [];
      const ran = segments.filter(({ kind }) => kind === "running");
      node.hidden = ran.length < 2;
      const text = JSON.stringify(segments);
      if (text === drawn) return;
      drawn = text;
      setChildren(
        node,
        ran.map((segment, index) => {
          const icon = stateIcon();
          // An attempt that is tried again failed; the state says only what comes next.
          const type =
            segment.end === undefined ? "Running" : segment.end.type === "Retrying" ? "Failed" : segment.end.type;
          icon.update(type);
          const later = segments.slice(
            segments.indexOf(segment) + 1,
            ran[index + 1] && segments.indexOf(ran[index + 1]!),
          );
          const wait = later.find(({ kind }) => kind === "waiting");
          const facts = [
            wordOf(type),
            segment.to !== null && formatDuration(segment.to - segment.from),
            wait?.to && `waited ${formatDuration(wait.to - wait.from)}`,
          ];
          const why = segment.end?.error?.message ?? segment.end?.message ?? "";
          return element(
            "li",
            { "data-tone": toneOf(type), title: why || null },
            icon.node,
            element("span", { class: "cl-attempt-facts" }, facts.filter(Boolean).join(" · ")),
            element("span", { class: "cl-attempt-why" }, why),
          );
        }),
      );
    },
  };
}
