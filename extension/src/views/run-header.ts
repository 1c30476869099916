import {
  FAILED_TYPES,
  FINISHED_TYPES,
  type FlowRunRecord,
  type StateCounts,
  type StateType,
  SUCCESSFUL_TYPES,
  type TaskRunRecord,
} from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { attemptCounts, firstFailure, isCacheHit, taskTitle } from "../../../src/display/run-outline.js";
import { actionButton } from "./action-button.js";
import { type CellPlace, placeOf } from "./cell-place.js";
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
import { preferences } from "./preferences.js";
import { runProgress, waitText } from "./remaining.js";
import { type ShownState, stateIcon, toneOf, wordOf } from "./state-icon.js";
import { selectionKey } from "./timeline-view.js";
import { t } from "./translate.js";

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

/** Where the header leads to. */
export interface HeaderLinks {
  select(key: string): void;
  /** Opens Tasks, filtered to what failed. */
  showFailed(): void;
}

/** Who ran, how it is, what failed first, what was kept, and what may be asked of the whole run. */
export function runHeader(actions: FlowRunActions, links: HeaderLinks, attempts: HTMLElement): View<RunScene> {
  const icon = stateIcon();
  const flow = element("span", { class: "cl-title" });
  const word = element("span", { class: "cl-word" });
  const facts = element("div", { class: "cl-facts" });
  const failure = failureLine(actions, links);
  const message = element("div", { class: "cl-message", role: "status" });
  const note = element("div", { class: "cl-link-note", role: "status" });
  const alert = element("div", { class: "cl-alert", role: "alert", hidden: true });
  let attempt = 0;
  let complainedIn = 0;
  const complain = (text: string) => {
    complainedIn = attempt;
    alert.hidden = false;
    setText(alert, text);
  };
  const retry = actionButton("cl-retry cl-primary", () => actions.retry({ kind: "failed" }), complain);
  const confirmed = (wanted: boolean, question: string): boolean => !wanted || window.confirm(question);
  const again = actionButton(
    "cl-again",
    async () => {
      if (confirmed(preferences().confirmRunAll, "Run everything again?")) await actions.retry({ kind: "all" });
    },
    complain,
  );
  const cancel = actionButton(
    "cl-cancel",
    async () => {
      if (confirmed(preferences().confirmCancel, "Cancel the run?")) await actions.cancel();
    },
    complain,
  );
  const buttons = element("div", { class: "cl-actions" }, cancel.node, retry.node, again.node);
  const bar = element("div", {
    class: "cl-bar",
    role: "progressbar",
    "aria-label": t("Tasks that ended"),
    "aria-valuemin": 0,
  });
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
      element(
        "div",
        { class: "cl-head-text" },
        element("div", { class: "cl-head-line" }, flow, word, attempts),
        failure.node,
        message,
        facts,
      ),
      buttons,
    ),
    bar,
    element("div", { class: "cl-foot-line" }, legend, note),
    alert,
  );
  return {
    node,
    update(scene) {
      const { run, counts, total, running } = scene;
      attempt = run.attempt;
      const waits = running ? waitText(run.tasks, scene.now) : undefined;
      const alone = run.endedAt === null && !running; // nobody can say how it went on
      icon.update(waits ? "Scheduled" : run.state.type);
      setText(flow, run.flow);
      const state = wordOf(run.state.type);
      setText(word, waits ? t("Waiting") : alone ? t("Was %1", state.toLowerCase()) : state);
      setAttributes(word, { "data-tone": toneOf(run.state.type) });
      setText(facts, factsOf(scene));
      failure.update(scene);
      const said = waits ?? messageOf(scene, !failure.node.hidden);
      setText(message, said);
      message.hidden = said === "";
      const shares = sharesOf(counts, total);
      setAttributes(bar, { "data-handled": isHandled(scene) ? "true" : null });
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
      const succeeded = SUCCESSFUL_TYPES.includes(run.state.type);
      const crashed = run.state.type === "Crashed" || run.state.type === "Cancelled";
      retry.update({
        text: crashed || alone || (failed === 0 && !refusal) ? t("Resume") : t("Retry failed"),
        refusal,
      });
      setAttributes(retry.node, { class: `cl-button cl-retry${refusal || succeeded ? "" : " cl-primary"}` });
      again.update({ text: t("Run all again"), refusal: rerunRefusal(scene), plan: planFrom(scene, undefined) });
      cancel.update({ text: t("Cancel"), refusal: cancelRefusal(scene) });
      // A button that is not there keeps its place, so that no other comes to lie under the pointer.
      buttons.hidden = !scene.trusted;
      again.node.hidden = scene.link !== "live";
      setAttributes(again.node, { "data-away": running ? "true" : null });
      setAttributes(cancel.node, { "data-away": running ? null : "true" });
      setAttributes(retry.node, { "data-away": running || (succeeded && failed === 0) ? "true" : null });
      if (run.attempt !== complainedIn) alert.hidden = true;
      const link = linkNote(scene);
      setText(note, link ?? "");
      note.hidden = !link;
    },
  };
}

function factsOf(scene: RunScene): string {
  const { run, running, now } = scene;
  const end = run.endedAt ?? (running ? now : null);
  return [
    attemptCounts({ attempt: run.attempt, ...(countsItself(scene) ? soFar(scene) : run) }),
    run.attempt > 1 && `attempt ${run.attempt}`,
    end !== null && formatDuration(end - run.startedAt),
    running && runProgress(soFar(scene).ran + soFar(scene).cached, openTasks(scene), now - run.startedAt),
    run.omitted && `${run.omitted} tasks not in this copy`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** A failed run's first failing task, its message and its place; how many more failed leads to them. */
function failureLine(actions: FlowRunActions, links: HeaderLinks): View<RunScene> {
  const name = element("button", { type: "button", class: "cl-link cl-failed-name", title: t("Select the task") });
  const text = element("span", { class: "cl-failed-text" });
  const place = element("button", { type: "button", class: "cl-link cl-failed-place", title: t("Go to the cell") });
  const more = element("button", { type: "button", class: "cl-link cl-failed-more", title: t("Show all that failed") });
  const node = element("div", { class: "cl-failed", hidden: true }, name, text, place, more);
  let task: TaskRunRecord | undefined;
  let found: CellPlace | undefined;
  name.addEventListener("click", () => task && links.select(selectionKey(task)));
  more.addEventListener("click", () => links.showFailed());
  place.addEventListener("click", () => {
    if (!found || actions.openCell(found)) return;
    place.disabled = true;
    place.title = "This cell ran again or is gone since";
  });
  return {
    node,
    update(scene) {
      const { run } = scene;
      task = FAILED_TYPES.includes(run.state.type) ? firstFailure(run.tasks) : undefined;
      node.hidden = !task;
      if (!task) return;
      const { error, message } = task.state;
      setText(name, `✕ ${taskTitle(task)}`);
      const said = error ? error.message : message;
      setText(text, said ? said.split("\n")[0]! : wordOf(task.state.type));
      setAttributes(text, { title: error ? `${error.name}: ${error.message}` : (message ?? null) });
      const next = placeOf(error);
      if (JSON.stringify(next) !== JSON.stringify(found)) place.disabled = false;
      found = next;
      place.hidden = !found;
      if (found) setText(place, `Cell [${found.count}], line ${found.line}`);
      const others = failedCount(scene) - 1;
      more.hidden = others < 1;
      setText(more, t("+%1 more", String(others)));
    },
  };
}

/** What the engine says of an end that the first failing task says better. */
const EMPTY_WORDS = new Set(["Some reference tasks failed.", "All reference tasks succeeded.", "Task run failed."]);

function messageOf({ run, running, crash }: RunScene, hasFailure: boolean): string {
  if (running || SUCCESSFUL_TYPES.includes(run.state.type)) return "";
  if (crash && run.state.type === "Crashed") return `${crash}. Resume runs what is missing and keeps the rest`;
  const said = run.state.message ?? "";
  return hasFailure && EMPTY_WORDS.has(said) ? "" : said;
}

/** A run that ended without its own last word has no counts. */
const countsItself = ({ run, running }: RunScene): boolean =>
  running || ((run.state.type === "Crashed" || run.endedAt === null) && !run.omitted);

/** The run's own counts are those of its end; until then its tasks tell. */
function soFar({ outline }: RunScene): Pick<FlowRunRecord, "kept" | "ran"> & { readonly cached: number } {
  const tasks = outline.flatMap(({ run, children }) => (children.length > 0 ? children : run ? [run] : []));
  const ended = tasks.filter(({ kept, state }) => !kept && FINISHED_TYPES.includes(state.type));
  const cached = ended.filter(isCacheHit).length;
  return { kept: tasks.filter(({ kept }) => kept).length, cached, ran: ended.length - cached };
}

const openTasks = ({ counts, total }: RunScene): number =>
  openCount(counts) + total - SHARE_ORDER.reduce((sum, type) => sum + (counts[type] ?? 0), 0);

const isHandled = ({ run }: RunScene): boolean => SUCCESSFUL_TYPES.includes(run.state.type);

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
