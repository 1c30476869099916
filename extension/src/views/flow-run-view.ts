import type { FlowRunRecord } from "../../../src/contracts/records.js";
import { attemptSwitch } from "./attempt-switch.js";
import { element, setAttributes, type View } from "./element.js";
import { type FlowRunActions, type FlowRunModel, type RunScene, sceneOf } from "./flow-run-model.js";
import { graphView } from "./graph-view.js";
import { logView } from "./log-view.js";
import { preferences } from "./preferences.js";
import { runHeader } from "./run-header.js";
import { taskDrawer } from "./task-drawer.js";
import { taskHistories } from "./task-histories.js";
import { taskTable } from "./task-table.js";
import { timelineView } from "./timeline-view.js";
import { t } from "./translate.js";
import { readChoice, TABS, type Tab, writeChoice } from "./view-choice.js";

export interface FlowRunView extends View<FlowRunModel> {
  dispose(): void;
}

/** A larger run opens as a list, since its graph is read by looking for a name. */
const MOST_AS_GRAPH = 300;

let instances = 0;

/** One flow run: header, its views behind tabs, and the drawer of the selected task. They share one selection. */
export function flowRunView(actions: FlowRunActions): FlowRunView {
  instances += 1;
  const prefix = `cl-run-${instances}`;
  let model: FlowRunModel | undefined;
  /** An earlier attempt that is looked at instead of the newest. */
  let past: FlowRunRecord | undefined;
  let selected: string | undefined;
  let tab: Tab | undefined;
  let shownRun: string | undefined;

  const keepChoice = (): void => {
    if (model) writeChoice(model.run.id, { tab, selected });
  };
  const select = (next: string | undefined): void => {
    selected = next;
    keepChoice();
    draw();
  };
  const attempts = attemptSwitch((attempt) => void showAttempt(attempt));
  const header = runHeader(
    actions,
    {
      select: (key) => select(key),
      showFailed: () => {
        tasks.showFailed();
        choose("Tasks");
      },
    },
    attempts.node,
  );
  const readable = (): boolean => model?.link === "live" && model.trusted;
  const histories = taskHistories(
    () => (readable() ? (id) => actions.history(id) : undefined),
    () => draw(),
  );
  const graph = graphView(select);
  const timeline = timelineView(select, histories);
  const tasks = taskTable(select);
  const logs = logView(actions, select);
  const panels: { readonly [T in Tab]: View<RunScene> } = {
    Graph: graph,
    Timeline: timeline,
    Tasks: tasks,
    Logs: logs,
  };
  const drawer = taskDrawer(actions, select, histories);

  const tabs = TABS.map((name) => {
    const node = element(
      "button",
      {
        type: "button",
        class: "cl-tab",
        role: "tab",
        id: `${prefix}-tab-${name}`,
        "aria-controls": `${prefix}-${name}`,
      },
      t(name),
    );
    node.addEventListener("click", () => choose(name));
    return node;
  });
  const tabList = element(
    "div",
    { class: "cl-tabs", role: "tablist", "aria-label": t("Views"), "data-lm-suppress-shortcuts": true },
    ...tabs,
  );
  tabList.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = (TABS.indexOf(chosenTab()) + step + TABS.length) % TABS.length;
    choose(TABS[next]!);
    tabs[next]!.focus();
  });
  for (const name of TABS)
    setAttributes(panels[name].node, {
      id: `${prefix}-${name}`,
      role: "tabpanel",
      "aria-labelledby": `${prefix}-tab-${name}`,
    });

  const node = element(
    "section",
    { class: "cl-card cl-run" },
    header.node,
    element("div", { class: "cl-toolbar" }, tabList, graph.tools, timeline.tools),
    element(
      "div",
      { class: "cl-run-body" },
      element("div", { class: "cl-panels" }, ...TABS.map((name) => panels[name].node)),
      drawer.node,
    ),
  );

  async function showAttempt(attempt: number): Promise<void> {
    if (!model) return;
    try {
      const read = attempt === model.run.attempt ? undefined : await actions.attempt(attempt);
      past = read;
    } catch {
      past = undefined; // the switch goes back to the newest; the note says why nothing can be asked
    }
    draw();
  }
  function chosenTab(): Tab {
    const { firstView } = preferences();
    const large = (model?.run.graph.length ?? 0) > MOST_AS_GRAPH;
    return tab ?? (firstView !== "auto" ? firstView : large ? "Tasks" : "Graph");
  }
  function choose(name: Tab): void {
    tab = name;
    keepChoice();
    draw();
  }
  function draw(): void {
    if (!model) return;
    const newest = model.run.attempt;
    const shown = past ? { ...model, run: past, newest, crash: undefined } : model;
    const scene = sceneOf(shown, selected);
    setAttributes(node, {
      "aria-label": `Flow run ${model.run.flow}`,
      "data-link": model.link,
      "data-run": model.run.id,
      "data-past": past ? "true" : null,
    });
    attempts.update({
      newest,
      shown: shown.run.attempt,
      read: readable() ? () => actions.attempts() : undefined,
    });
    header.update(scene);
    const chosen = chosenTab();
    TABS.forEach((name, index) => {
      const isChosen = name === chosen;
      setAttributes(tabs[index]!, { "aria-selected": String(isChosen), tabindex: isChosen ? 0 : -1 });
      panels[name].node.hidden = !isChosen;
    });
    graph.tools.hidden = chosen !== "Graph";
    timeline.tools.hidden = chosen !== "Timeline";
    if (chosen !== "Logs") logs.rest();
    panels[chosen].update(scene);
    drawer.update(scene);
  }
  return {
    node,
    update(next) {
      if (next.run.id !== shownRun) {
        shownRun = next.run.id;
        past = undefined;
        ({ tab, selected } = readChoice(next.run.id));
      } else if (model && next.run.attempt !== model.run.attempt) past = undefined;
      model = next;
      draw();
    },
    dispose() {
      graph.dispose();
      logs.rest();
      drawer.update(sceneOf({ ...(model as FlowRunModel), link: "none" }, undefined));
    },
  };
}
