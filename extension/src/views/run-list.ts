import type { EpochMs } from "../../../src/contracts/json.js";
import { FAILED_TYPES, type FlowRunSummary, RUNNING_TYPES, SUCCESSFUL_TYPES } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { attemptCounts } from "../../../src/display/run-outline.js";
import { element, keyedViews, setAttributes, setText, svgElement, type View } from "./element.js";
import { localTime } from "./local-time.js";
import { type MenuItem, openMenu } from "./menu.js";
import { stateIcon, toneOf, wordOf } from "./state-icon.js";
import { t } from "./translate.js";

export interface RunListModel {
  readonly runs: readonly FlowRunSummary[];
  /** Why there is no list. */
  readonly refusal: string | undefined;
  readonly now: EpochMs;
  /** There are older runs that were not asked for yet. */
  readonly more: boolean;
}
export interface RunListActions {
  open(run: FlowRunSummary): void;
  /** Whether only runs of the notebook in front are wanted. */
  limit(toNotebook: boolean): void;
  /** Asks for older runs too. */
  more(): void;
  attempts(run: FlowRunSummary): Promise<readonly FlowRunSummary[]>;
  /** What else can be done with a run. */
  menuOf(run: FlowRunSummary): readonly MenuItem[];
}

const SPARKS = 20;
const STATES: readonly [value: string, words: string, fits: (run: FlowRunSummary) => boolean][] = [
  ["", "All states", () => true],
  ["running", "Running", ({ state }) => RUNNING_TYPES.includes(state.type)],
  ["failed", "Failed", ({ state }) => FAILED_TYPES.includes(state.type)],
  ["success", "Successful", ({ state }) => SUCCESSFUL_TYPES.includes(state.type)],
];

interface Row {
  readonly run: FlowRunSummary;
  readonly now: EpochMs;
  /** The last runs of its flow up to this one, oldest first. */
  readonly before: readonly FlowRunSummary[];
}
interface Day {
  readonly day: string;
  readonly rows: readonly Row[];
}

/** All runs of a store by day, newest first: how each ended, when, how long, beside how its flow fared before. */
export function runList(actions: RunListActions): View<RunListModel> {
  const filter = element("input", {
    type: "search",
    class: "cl-input",
    placeholder: t("Filter by flow, state, message or file"),
    "aria-label": t("Filter runs"),
  });
  const state = element(
    "select",
    { class: "cl-input", "aria-label": t("State") },
    ...STATES.map(([value, words]) => element("option", { value }, t(words))),
  );
  const own = element("input", { type: "checkbox" });
  const list = element("div", { class: "cl-history-list", tabindex: 0, role: "region", "aria-label": t("Runs") });
  const days = element("div");
  const older = element("button", { type: "button", class: "cl-button cl-older", hidden: true }, t("Show older runs"));
  const note = element("div", { class: "cl-note", role: "status" });
  list.append(days, older);
  const node = element(
    "div",
    { class: "cl-history" },
    element(
      "div",
      { class: "cl-history-head", "data-lm-suppress-shortcuts": true },
      filter,
      element(
        "div",
        { class: "cl-history-filters" },
        state,
        element("label", { class: "cl-muted" }, own, " This notebook only"),
      ),
    ),
    note,
    list,
  );
  const updateDays = keyedViews<Day>(
    days,
    ({ day }) => day,
    () => dayView(actions),
  );
  let model: RunListModel | undefined;
  for (const control of [filter, state]) control.addEventListener("input", () => draw());
  own.addEventListener("input", () => actions.limit(own.checked));
  older.addEventListener("click", () => actions.more());

  function draw(): void {
    if (!model) return;
    const { runs, refusal, now, more } = model;
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = STATES.find(([value]) => value === state.value)?.[2] ?? (() => true);
    const shown = runs.filter((run) => {
      const { flow, place, state } = run;
      const text = `${flow} ${place.file ?? ""} ${wordOf(state.type)} ${state.message ?? ""} ${run.id}`.toLowerCase();
      return fits(run) && words.every((word) => text.includes(word));
    });
    const flows = new Map<string, FlowRunSummary[]>();
    for (const run of runs) {
      const key = `${run.flow}\u0000${run.place.file}`;
      const known = flows.get(key);
      if (known) known.push(run);
      else flows.set(key, [run]);
    }
    const byDay = new Map<string, Row[]>();
    for (const run of shown) {
      const ofFlow = flows.get(`${run.flow}\u0000${run.place.file}`)!;
      const at = ofFlow.indexOf(run);
      const row: Row = { run, now, before: ofFlow.slice(at, at + SPARKS).reverse() };
      const day = dayOf(run.createdAt, now);
      const rows = byDay.get(day);
      if (rows) rows.push(row);
      else byDay.set(day, [row]);
    }
    updateDays([...byDay].map(([day, rows]) => ({ day, rows })));
    older.hidden = !more;
    const said = refusal ?? (runs.length === 0 ? t("No runs yet") : shown.length === 0 ? t("No run matches") : "");
    setText(note, said);
    note.hidden = said === "";
  }
  return {
    node,
    update(next) {
      model = next;
      draw();
    },
  };
}

function dayOf(moment: EpochMs, now: EpochMs): string {
  const date = new Date(moment);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) return t("Today");
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1);
  if (date.toDateString() === yesterday.toDateString()) return t("Yesterday");
  return date.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
}

function dayView(actions: RunListActions): View<Day> {
  const head = element("h3", { class: "cl-history-day" });
  const list = element("ul", {});
  const updateRows = keyedViews<Row>(
    list,
    ({ run }) => run.id,
    () => rowView(actions),
  );
  return {
    node: element("section", {}, head, list),
    update({ day, rows }) {
      setText(head, day);
      updateRows(rows);
    },
  };
}

const durationOf = ({ startedAt, endedAt }: FlowRunSummary, now: EpochMs): number => (endedAt ?? now) - startedAt;

function rowView(actions: RunListActions): View<Row> {
  const icon = stateIcon();
  const flow = element("span", { class: "cl-history-flow" });
  const facts = element("span", { class: "cl-history-facts" });
  const time = localTime();
  const place = element("span", { class: "cl-history-place" });
  const sparks = svgElement("svg", { class: "cl-sparks", viewBox: "0 0 60 18", role: "img" });
  const button = element(
    "button",
    { type: "button", class: "cl-history-run" },
    icon.node,
    element("span", { class: "cl-history-text" }, flow, facts, element("span", {}, time.node, place)),
    sparks,
  );
  const unfold = element("button", { type: "button", class: "cl-icon-button cl-unfold", "aria-expanded": "false" });
  const menu = element(
    "button",
    {
      type: "button",
      class: "cl-icon-button cl-more",
      title: t("More"),
      "aria-label": t("More"),
      "aria-haspopup": "menu",
    },
    "⋯",
  );
  const attempts = element("ul", { class: "cl-history-attempts", hidden: true });
  const node = element("li", {}, button, element("div", { class: "cl-history-side" }, unfold, menu), attempts);
  let row: Row | undefined;
  button.addEventListener("click", () => row && actions.open(row.run));
  const showMenu = (x: number, y: number): void => {
    if (row) openMenu(node, actions.menuOf(row.run), x, y);
  };
  node.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    event.stopPropagation();
    showMenu(event.clientX, event.clientY);
  });
  menu.addEventListener("click", () => {
    const box = menu.getBoundingClientRect();
    showMenu(box.left, box.bottom);
  });
  unfold.addEventListener("click", async () => {
    const open = unfold.getAttribute("aria-expanded") !== "true";
    setAttributes(unfold, { "aria-expanded": String(open) });
    attempts.hidden = !open;
    if (!open || !row) return;
    try {
      attempts.replaceChildren(...(await actions.attempts(row.run)).map(attemptRow).reverse());
    } catch (error) {
      attempts.replaceChildren(element("li", { class: "cl-note" }, (error as Error).message));
    }
  });
  return {
    node,
    update(next) {
      row = next;
      const { run, now, before } = next;
      icon.update(run.state.type);
      setText(flow, run.flow);
      const took = formatDuration(durationOf(run, now));
      setText(facts, [wordOf(run.state.type), took, attemptCounts(run)].join(" · "));
      time.update(run.createdAt);
      setText(place, run.place.file ? ` · ${run.place.file}` : "");
      setAttributes(button, { title: run.state.message, "data-state": run.state.type });
      unfold.hidden = run.attempt < 2;
      setText(unfold, `${run.attempt}×`);
      setAttributes(unfold, { title: `${run.attempt} attempts`, "aria-label": `${run.attempt} attempts` });
      drawSparks(sparks, before, now);
    },
  };
}

function attemptRow(run: FlowRunSummary): HTMLElement {
  const icon = stateIcon();
  icon.update(run.state.type);
  const time = localTime();
  time.update(run.startedAt);
  const took = run.endedAt === null ? "" : ` · ${formatDuration(run.endedAt - run.startedAt)}`;
  return element(
    "li",
    {},
    icon.node,
    element("span", {}, `Attempt ${run.attempt} · ${wordOf(run.state.type)}${took} · `, time.node),
  );
}

/** A bar per run of the flow: as high as it took, in the tone in which it ended. */
function drawSparks(svg: SVGSVGElement, runs: readonly FlowRunSummary[], now: EpochMs): void {
  const text = JSON.stringify(runs.map((run) => [run.state.type, Math.round(durationOf(run, now) / 100)]));
  if (svg.getAttribute("data-drawn") === text) return;
  svg.setAttribute("data-drawn", text);
  const durations = runs.map((run) => durationOf(run, now));
  const most = Math.max(1, ...durations);
  const failed = runs.filter(({ state }) => FAILED_TYPES.includes(state.type)).length;
  setAttributes(svg, { "aria-label": `Last ${runs.length} runs of the flow, ${failed} failed` });
  svg.replaceChildren(
    ...runs.map((run, index) => {
      const height = Math.max(2, (durations[index]! / most) * 18);
      const x = 60 - (runs.length - index) * 3;
      return svgElement("rect", { x, y: 18 - height, width: 2, height, "data-tone": toneOf(run.state.type) });
    }),
  );
}
