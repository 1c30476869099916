import type { EpochMs } from "../../../src/contracts/json.js";
import type { FlowRunSummary } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { keptAndRan } from "../../../src/display/run-outline.js";
import { element, keyedViews, setAttributes, setText, svgElement, type View } from "./element.js";
import { localTime } from "./local-time.js";
import { stateIcon, toneOf, wordOf } from "./state-icon.js";

export interface RunListModel {
  readonly runs: readonly FlowRunSummary[];
  /** Why there is no list. */
  readonly refusal: string | undefined;
  readonly now: EpochMs;
}
export interface RunListActions {
  open(run: FlowRunSummary): void;
  /** Whether only runs of the notebook in front are wanted. */
  limit(toNotebook: boolean): void;
}

const SPARKS = 24;

interface Row {
  readonly run: FlowRunSummary;
  readonly now: EpochMs;
  /** Durations of its flow's runs up to this one, oldest first. */
  readonly durations: readonly number[];
}

/** All runs of a store, newest first: how each ended, when, how long, beside how long its flow took before. */
export function runList(actions: RunListActions): View<RunListModel> {
  const filter = element("input", {
    type: "search",
    class: "cl-input",
    placeholder: "Filter by flow, state or file",
    "aria-label": "Filter runs",
  });
  const own = element("input", { type: "checkbox" });
  const list = element("ul", { class: "cl-history-list" });
  const note = element("div", { class: "cl-note", role: "status" });
  const node = element(
    "div",
    { class: "cl-history" },
    element(
      "div",
      { class: "cl-history-head", "data-lm-suppress-shortcuts": true },
      filter,
      element("label", { class: "cl-muted" }, own, " This notebook only"),
    ),
    note,
    list,
  );
  const updateRows = keyedViews<Row>(
    list,
    ({ run }) => run.id,
    () => rowView(actions),
  );
  let model: RunListModel | undefined;
  filter.addEventListener("input", () => draw());
  own.addEventListener("input", () => actions.limit(own.checked));

  function draw(): void {
    if (!model) return;
    const { runs, refusal, now } = model;
    const wanted = filter.value.trim().toLowerCase();
    const shown = runs.filter(({ flow, place, state }) =>
      `${flow} ${place.file ?? ""} ${wordOf(state.type)}`.toLowerCase().includes(wanted),
    );
    updateRows(
      shown.map((run) => ({
        run,
        now,
        durations: runs
          .filter(
            ({ flow, place, createdAt }) =>
              flow === run.flow && place.file === run.place.file && createdAt <= run.createdAt,
          )
          .slice(0, SPARKS)
          .map((each) => durationOf(each, now))
          .reverse(),
      })),
    );
    const said = refusal ?? (runs.length === 0 ? "No runs yet" : shown.length === 0 ? "No run matches" : "");
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

const durationOf = ({ startedAt, endedAt }: FlowRunSummary, now: EpochMs): number => (endedAt ?? now) - startedAt;

function rowView({ open }: RunListActions): View<Row> {
  const icon = stateIcon();
  const flow = element("span", { class: "cl-history-flow" });
  const facts = element("span", { class: "cl-history-facts" });
  const time = localTime();
  const place = element("span", { class: "cl-history-place" });
  const sparks = svgElement("svg", { class: "cl-sparks", viewBox: "0 0 72 18", "aria-hidden": "true" });
  const button = element(
    "button",
    { type: "button", class: "cl-history-run" },
    icon.node,
    element("span", { class: "cl-history-text" }, flow, facts, element("span", {}, time.node, place)),
    sparks,
  );
  const node = element("li", {}, button);
  let row: Row | undefined;
  button.addEventListener("click", () => row && open(row.run));
  return {
    node,
    update(next) {
      row = next;
      const { run, now, durations } = next;
      icon.update(run.state.type);
      setText(flow, run.flow);
      const took = formatDuration(durationOf(run, now));
      setText(facts, [wordOf(run.state.type), took, keptAndRan(run)].join(" · "));
      time.update(run.createdAt);
      setText(place, run.place.file ? ` · ${run.place.file}` : "");
      setAttributes(button, { title: run.state.message, "data-state": run.state.type });
      drawSparks(sparks, durations, toneOf(run.state.type));
    },
  };
}

/** A bar per run, the last one in the tone of how it ended. */
function drawSparks(svg: SVGSVGElement, durations: readonly number[], tone: string): void {
  const most = Math.max(1, ...durations);
  svg.replaceChildren(
    ...durations.map((duration, index) => {
      const height = Math.max(1, (duration / most) * 18);
      const x = 72 - (durations.length - index) * 3;
      const last = index === durations.length - 1;
      return svgElement("rect", { x, y: 18 - height, width: 2, height, "data-tone": last ? tone : null });
    }),
  );
}
