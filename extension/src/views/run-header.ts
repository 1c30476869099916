import {
  FINISHED_TYPES,
  type FlowRunRecord,
  type StateCounts,
  type StateType,
  SUCCESSFUL_TYPES,
} from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { isCacheHit, keptAndRan } from "../../../src/display/run-outline.js";
import { actionButton } from "./action-button.js";
import { element, keyedViews, setAttributes, setText, type View } from "./element.js";
import {
  cancelRefusal,
  type FlowRunActions,
  failedCount,
  linkNote,
  planFrom,
  type RunScene,
  rerunRefusal,
  retryRefusal,
} from "./flow-run-model.js";
import { runProgress } from "./remaining.js";
import { type ShownState, stateIcon, toneOf, wordOf } from "./state-icon.js";

interface Share {
  readonly state: ShownState;
  readonly count: number;
}

/** The order of shares in the progress bar: what is done first, what is to come last. */
const SHARE_ORDER: readonly StateType[] = [
  "Success",
  "Mapped",
  "Cached",
  "Skipped",
  "Looped",
  "Failed",
  "TimedOut",
  "TriggerFailed",
  "ValidationFailed",
  "Crashed",
  "Cancelled",
  "Cancelling",
  "Running",
  "Retrying",
  "Paused",
  "Queued",
  "Submitted",
  "Resume",
  "Scheduled",
  "Pending",
];

/** Who ran, how it stands, what was kept, and what may be asked of the whole run. */
export function runHeader(actions: FlowRunActions): View<RunScene> {
  const icon = stateIcon();
  const flow = element("span", { class: "cl-title" });
  const word = element("span", { class: "cl-word" });
  const facts = element("div", { class: "cl-facts" });
  const message = element("div", { class: "cl-message" });
  const note = element("div", { class: "cl-link-note", role: "status" });
  const alert = element("div", { class: "cl-alert", role: "alert", hidden: true });
  const complain = (text: string) => {
    alert.hidden = false;
    setText(alert, text);
  };
  const retry = actionButton("cl-retry cl-primary", () => actions.retry({ kind: "failed" }), complain);
  const again = actionButton("cl-again", () => actions.retry({ kind: "all" }), complain);
  const cancel = actionButton("cl-cancel", () => actions.cancel(), complain);
  const bar = element("div", { class: "cl-bar", role: "progressbar", "aria-valuemin": 0 });
  const legend = element("div", { class: "cl-legend" });
  const updateBar = keyedViews<Share>(bar, ({ state }) => state, shareView);
  const updateLegend = keyedViews<Share>(legend, ({ state }) => state, legendView);
  const node = element(
    "header",
    { class: "cl-run-header" },
    element(
      "div",
      { class: "cl-head" },
      icon.node,
      element("div", { class: "cl-head-text" }, element("div", { class: "cl-head-line" }, flow, word), facts, message),
      element("div", { class: "cl-actions" }, again.node, retry.node, cancel.node),
    ),
    bar,
    element("div", { class: "cl-foot-line" }, legend, note),
    alert,
  );
  return {
    node,
    update(scene) {
      const { run, counts, total, running } = scene;
      icon.update(run.state.type);
      setText(flow, run.flow);
      setText(word, wordOf(run.state.type));
      setAttributes(word, { "data-tone": toneOf(run.state.type) });
      setText(facts, factsOf(scene));
      const said = SUCCESSFUL_TYPES.includes(run.state.type) || running ? "" : (run.state.message ?? "");
      setText(message, said);
      message.hidden = said === "";
      const shares = sharesOf(counts, total);
      updateBar(shares);
      updateLegend(shares);
      const done = total - (shares.find(({ state }) => state === "Planned")?.count ?? 0) - openCount(counts);
      setAttributes(bar, {
        "aria-valuemax": total,
        "aria-valuenow": done,
        "aria-valuetext": `${done} of ${total} tasks ended`,
      });
      const failed = failedCount(scene);
      const refusal = retryRefusal(scene);
      retry.update({
        text: failed === 0 && !refusal ? "Resume" : "Retry failed",
        refusal,
      });
      again.update({ text: "Run all again", refusal: rerunRefusal(scene), plan: planFrom(scene, undefined) });
      again.node.hidden = !scene.trusted || running || scene.link !== "live";
      cancel.update({ text: "Cancel", refusal: cancelRefusal(scene) });
      cancel.node.hidden = !running || !scene.trusted;
      retry.node.hidden = !scene.trusted || (running && failed === 0);
      const link = linkNote(scene);
      setText(note, link ?? "");
      note.hidden = !link;
      if (running) alert.hidden = true;
    },
  };
}

function factsOf(scene: RunScene): string {
  const { run, running, now } = scene;
  const end = run.endedAt ?? (running ? now : null);
  return [
    keptAndRan(running ? soFar(scene) : run),
    run.attempt > 1 && `attempt ${run.attempt}`,
    end !== null && formatDuration(end - run.startedAt),
    running && runProgress(soFar(scene).ran + soFar(scene).cached, openTasks(scene), now - run.startedAt),
    run.omitted && `${run.omitted} tasks not in this copy`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** The run's own counts are those of its end; until then its tasks tell. */
function soFar({ outline }: RunScene): Pick<FlowRunRecord, "kept" | "ran"> & { readonly cached: number } {
  const tasks = outline.flatMap(({ run, children }) => (children.length > 0 ? children : run ? [run] : []));
  const ended = tasks.filter(({ kept, state }) => !kept && FINISHED_TYPES.includes(state.type));
  const cached = ended.filter(isCacheHit).length;
  return { kept: tasks.filter(({ kept }) => kept).length, cached, ran: ended.length - cached };
}

const openTasks = ({ counts, total }: RunScene): number =>
  openCount(counts) + total - SHARE_ORDER.reduce((sum, type) => sum + (counts[type] ?? 0), 0);

function sharesOf(counts: StateCounts, total: number): Share[] {
  const shares: Share[] = SHARE_ORDER.filter((type) => counts[type]).map((state) => ({ state, count: counts[state]! }));
  const planned = total - shares.reduce((sum, { count }) => sum + count, 0);
  return planned > 0 ? [...shares, { state: "Planned", count: planned }] : shares;
}

const openCount = (counts: StateCounts): number =>
  SHARE_ORDER.slice(SHARE_ORDER.indexOf("Cancelling")).reduce((sum, type) => sum + (counts[type] ?? 0), 0);

function shareView({ state }: Share): View<Share> {
  const node = element("div", { class: "cl-share", "data-tone": toneOf(state), "data-state": state });
  return {
    node,
    update({ count }) {
      node.style.flexGrow = String(count);
      setAttributes(node, { title: `${count} ${wordOf(state)}` });
    },
  };
}

function legendView({ state }: Share): View<Share> {
  const icon = stateIcon();
  icon.update(state);
  const text = element("span", {});
  return {
    node: element("span", { class: "cl-legend-item", "data-state": state }, icon.node, text),
    update({ count }) {
      setText(text, `${count} ${wordOf(state).toLowerCase()}`);
    },
  };
}
