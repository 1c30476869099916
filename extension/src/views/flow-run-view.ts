import { element, setAttributes, type View } from "./element.js";
import { type FlowRunActions, type FlowRunModel, type RunScene, sceneOf } from "./flow-run-model.js";
import { graphView } from "./graph-view.js";
import { runHeader } from "./run-header.js";
import { taskDrawer } from "./task-drawer.js";
import { taskHistories } from "./task-histories.js";
import { taskTable } from "./task-table.js";
import { timelineView } from "./timeline-view.js";

const TABS = ["Graph", "Timeline", "Tasks"] as const;
type Tab = (typeof TABS)[number];

export interface FlowRunView extends View<FlowRunModel> {
  dispose(): void;
}

let instances = 0;

/** One flow run: header, its three views behind tabs, and the drawer of the selected task. They share one selection. */
export function flowRunView(actions: FlowRunActions): FlowRunView {
  instances += 1;
  const prefix = `cl-run-${instances}`;
  let model: FlowRunModel | undefined;
  let selected: string | undefined;
  let tab: Tab = "Graph";

  const select = (next: string | undefined): void => {
    selected = next;
    draw();
  };
  const header = runHeader(actions, {
    select: (key) => select(key),
    showFailed: () => {
      tasks.showFailed();
      choose("Tasks");
    },
  });
  const histories = taskHistories(
    () => (model?.link === "live" && model.trusted ? (id) => actions.history(id) : undefined),
    () => draw(),
  );
  const graph = graphView(select);
  const timeline = timelineView(select, histories);
  const tasks = taskTable(select);
  const panels: { readonly [T in Tab]: View<RunScene> } = {
    Graph: graph,
    Timeline: timeline,
    Tasks: tasks,
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
      name,
    );
    node.addEventListener("click", () => choose(name));
    return node;
  });
  const tabList = element(
    "div",
    { class: "cl-tabs", role: "tablist", "aria-label": "Views", "data-lm-suppress-shortcuts": true },
    ...tabs,
  );
  tabList.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = (TABS.indexOf(tab) + step + TABS.length) % TABS.length;
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

  function choose(name: Tab): void {
    tab = name;
    draw();
  }
  function draw(): void {
    if (!model) return;
    const scene = sceneOf(model, selected);
    setAttributes(node, {
      "aria-label": `Flow run ${model.run.flow}`,
      "data-link": model.link,
      "data-run": model.run.id,
    });
    header.update(scene);
    TABS.forEach((name, index) => {
      const chosen = name === tab;
      setAttributes(tabs[index]!, { "aria-selected": String(chosen), tabindex: chosen ? 0 : -1 });
      panels[name].node.hidden = !chosen;
    });
    graph.tools.hidden = tab !== "Graph";
    timeline.tools.hidden = tab !== "Timeline";
    panels[tab].update(scene);
    drawer.update(scene);
  }
  return {
    node,
    update(next) {
      model = next;
      draw();
    },
    dispose: () => graph.dispose(),
  };
}
