import type { EpochMs } from "../../../src/contracts/json.js";
import {
  FINISHED_TYPES,
  type FlowRunSummary,
  type StatePayload,
  type StateRecord,
} from "../../../src/contracts/records.js";
import type { OpenCell } from "./cell-place.js";
import { element, setAttributes, setText, type View } from "./element.js";
import { errorView } from "./error-view.js";
import { localTime } from "./local-time.js";
import { countdown } from "./remaining.js";
import { resultView } from "./result-view.js";
import { stateIcon, toneOf, wordOf } from "./state-icon.js";

export interface StateCardModel {
  readonly state: StatePayload;
  readonly now: EpochMs;
  /** The flow run that ended in this state, as it is now; undefined where that is not known. */
  readonly run?: FlowRunSummary | undefined;
  /** The run itself is shown in the same cell: one line is enough. @default false */
  readonly besideRun?: boolean;
}

/** One State: sign, word, name, message, times, and its result or error. */
export function stateCard(openCell?: OpenCell): View<StateCardModel> {
  const icon = stateIcon();
  const word = element("span", { class: "cl-title" });
  const name = element("span", { class: "cl-name" });
  const message = element("div", { class: "cl-message" });
  const facts = element("span", { class: "cl-facts" });
  const time = localTime();
  const error = errorView(openCell);
  const result = resultView();
  const node = element(
    "section",
    { class: "cl-card cl-state" },
    element(
      "header",
      { class: "cl-head" },
      icon.node,
      element("div", { class: "cl-head-text" }, element("div", { class: "cl-head-line" }, word, name), message),
      element("div", { class: "cl-head-side" }, facts, time.node),
    ),
    error.node,
    result.node,
  );
  return {
    node,
    update({ state: saved, now, run, besideRun = false }) {
      const later = run && saved.run && run.attempt > saved.run.attempt ? run : undefined;
      const state: StatePayload = later ? { ...saved, ...withoutEnd(later.state) } : saved;
      icon.update(state.type);
      setText(word, wordOf(state.type));
      setText(name, state.name ?? (saved.run && run ? run.flow : ""));
      const said = later
        ? `Attempt ${saved.run!.attempt} ended as ${wordOf(saved.type)}; superseded by attempt ${later.attempt}`
        : besideRun
          ? "Shown above"
          : (state.message ?? "");
      setText(message, said);
      message.hidden = said === "";
      setText(facts, factsOf(state, now));
      time.update(state.timestamp);
      error.update(besideRun ? undefined : state.error);
      result.node.hidden = besideRun || state.error !== undefined || !hasSlot(state);
      result.update({ result: state.result });
      setAttributes(node, {
        "data-tone": toneOf(state.type),
        "aria-label": `State ${wordOf(state.type)}`,
        "data-compact": besideRun ? "true" : null,
      });
    },
  };
}

/** A later state in the place of an earlier one: what only the earlier had (its error, its wait) does not stay. */
const withoutEnd = (state: StateRecord): StateRecord & { readonly error?: never; readonly startTime?: never } =>
  ({ error: undefined, startTime: undefined, progress: undefined, ...state }) as never;

/** A failed state's result is its error, a mapped one's are its children's; an unfinished state has none to speak of yet. */
const hasSlot = ({ type, result }: StatePayload): boolean =>
  result.kind !== "NoResult" || (FINISHED_TYPES.includes(type) && type !== "Mapped");

function factsOf(state: StatePayload, now: EpochMs): string {
  const facts: string[] = [];
  if (state.runCount > 1) facts.push(`attempt ${state.runCount}`);
  if (state.children !== undefined) facts.push(state.children === 1 ? "1 child" : `${state.children} children`);
  if (state.loopCount !== undefined) facts.push(`loop ${state.loopCount}`);
  if (state.startTime === null) facts.push("until resumed");
  const wait = countdown(state, now);
  if (wait) facts.push(wait);
  if (state.progress) facts.push(`${Math.round(state.progress.fraction * 100)} %`);
  return facts.join(" · ");
}
