import { FAILED_TYPES, type LogRecord, type TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { attemptText, type OutlineNode, taskTitle, totalOf } from "../../../src/display/run-outline.js";
import { attemptList } from "./attempt-list.js";
import { copyButton } from "./copy-button.js";
import { element, keyedViews, setChildren, setText, type View } from "./element.js";
import { errorView } from "./error-view.js";
import { type FlowRunActions, type RunScene, shownState } from "./flow-run-model.js";
import { localTime } from "./local-time.js";
import { countdown, taskProgress } from "./remaining.js";
import { resultView } from "./result-view.js";
import { type ShownState, stateBadge, stateIcon, wordOf } from "./state-icon.js";
import { taskActions } from "./task-actions.js";
import type { TaskHistories } from "./task-histories.js";

const MOST_CHILDREN = 8;

/** What is known of the selected task: state, attempts, why it ran, what it read, what went wrong, logs, result. */
export function taskDrawer(
  actions: FlowRunActions,
  select: (key: string | undefined) => void,
  histories: TaskHistories,
): View<RunScene> {
  const badge = stateBadge();
  const name = element("h3", { class: "cl-drawer-title" });
  const copy = copyButton("Copy the task run's id");
  const close = element(
    "button",
    { type: "button", class: "cl-icon-button", "aria-label": "Close", title: "Close" },
    "×",
  );
  close.addEventListener("click", () => select(undefined));
  const message = element("div", { class: "cl-message" });
  const facts = element("dl", { class: "cl-dl" });
  const started = localTime();
  const upstream = section("Reads");
  const updateUpstream = keyedViews<Neighbour>(
    upstream.body,
    ({ key }) => key,
    () => neighbourView(select),
  );
  const children = section("Mapped");
  const updateChildren = keyedViews<Neighbour>(
    children.body,
    ({ key }) => key,
    () => neighbourView(select),
  );
  const error = errorView((place) => actions.openCell(place));
  const buttons = taskActions(actions);
  const attempts = attemptList();
  const attemptSection = section("Attempts", attempts.node);
  const errorSection = section("Error", error.node);
  const result = resultView(actions);
  const resultSection = section("Result", result.node);
  const openResult = (id: string, from?: number) => actions.preview(id, from);
  const logs = logsView(actions);
  const node = element(
    "aside",
    { class: "cl-drawer", "aria-label": "Task", hidden: true },
    element(
      "div",
      { class: "cl-drawer-head" },
      element("div", { class: "cl-drawer-heading" }, name, badge.node),
      element("span", { class: "cl-gap" }),
      copy.node,
      close,
    ),
    element(
      "div",
      { class: "cl-drawer-body" },
      element("div", { class: "cl-drawer-facts" }, message, facts, buttons.node, upstream.node, children.node),
      element(
        "div",
        { class: "cl-drawer-finds" },
        errorSection.node,
        resultSection.node,
        attemptSection.node,
        logs.node,
      ),
    ),
  );
  return {
    node,
    update(scene) {
      const found = find(scene);
      node.hidden = !found;
      if (!found) return;
      const { call, task } = found;
      setText(name, task ? taskTitle(task) : call.name);
      badge.update(task ? task.state.type : shownState(call));
      copy.update(task?.id ?? "");
      const said = task?.state.error ? "" : (task?.state.message ?? "");
      setText(message, said);
      message.hidden = said === "";
      buttons.update({ scene, call });
      drawFacts(facts, call, task, started, scene);
      const neighbours =
        task?.mapIndex != null
          ? [neighbourOf(call)]
          : call.upstream.flatMap((name) => {
              const node = scene.outline.find((each) => each.name === name);
              return node ? [neighbourOf(node)] : [];
            });
      setText(upstream.head, task?.mapIndex != null ? "Child of" : "Waits for");
      upstream.node.hidden = neighbours.length === 0;
      updateUpstream(neighbours);
      const shown = task?.mapIndex != null ? [] : childrenOf(call);
      children.node.hidden = shown.length === 0;
      setText(children.head, `Mapped: ${totalOf(call.childStates)}`);
      updateChildren(shown);
      error.update(task?.state.error);
      errorSection.node.hidden = !task?.state.error;
      resultSection.node.hidden = !task || task.state.error !== undefined || task.state.result.kind === "NoResult";
      if (task)
        result.update({
          result: task.state.result,
          open: scene.link === "live" && scene.trusted ? openResult : undefined,
        });
      attempts.update({ task, history: task && task.state.runCount > 1 ? histories.of(task) : undefined });
      attemptSection.node.hidden = attempts.node.hidden;
      logs.update({ task, live: scene.link === "live" && scene.trusted });
    },
  };
}

function find({ outline, selected }: RunScene): { call: OutlineNode; task: TaskRunRecord | undefined } | undefined {
  if (selected === undefined) return undefined;
  for (const call of outline) {
    if (call.name === selected) return { call, task: call.run };
    const task = call.children.find(({ id }) => id === selected);
    if (task) return { call, task };
  }
  return undefined;
}

function drawFacts(
  list: HTMLElement,
  call: OutlineNode,
  task: TaskRunRecord | undefined,
  started: View<number>,
  scene: RunScene,
): void {
  const rows: [string, string | Node][] = [];
  if (call.task !== call.name) rows.push(["Task", call.task]);
  if (task) {
    if (task.kept) rows.push(["Kept", "from an earlier attempt"]);
    if (task.state.runCount > 0) rows.push(["Attempt", attemptText(task)]);
    const wait = scene.running ? (countdown(task.state, scene.now) ?? taskProgress(task, scene.now)) : undefined;
    if (wait) rows.push([task.state.progress && !task.state.startTime ? "Progress" : "Next", wait]);
    if (task.startedAt !== null) {
      started.update(task.startedAt);
      rows.push(["Started", started.node]);
      if (task.endedAt !== null) rows.push(["Took", formatDuration(task.endedAt - task.startedAt)]);
    }
    if (task.reason && task.reason !== "kept") rows.push(["Why", task.reason]);
  }
  if (call.tags.length > 0) rows.push(["Tags", call.tags.join(", ")]);
  setChildren(
    list,
    rows.flatMap(([what, value]) => [element("dt", {}, what), element("dd", {}, value)]),
  );
  list.hidden = rows.length === 0;
}

interface Neighbour {
  readonly key: string;
  readonly title: string;
  readonly state: ShownState;
}
const neighbourOf = (call: OutlineNode): Neighbour => ({ key: call.name, title: call.name, state: shownState(call) });

/** Failed children first: they are what one looks for. */
function childrenOf(call: OutlineNode): Neighbour[] {
  const failed = call.children.filter(({ state }) => FAILED_TYPES.includes(state.type));
  const others = call.children.filter(({ state }) => !FAILED_TYPES.includes(state.type));
  return [...failed, ...others]
    .slice(0, MOST_CHILDREN)
    .map((child) => ({ key: child.id, title: taskTitle(child), state: child.state.type }));
}

function neighbourView(select: (key: string) => void): View<Neighbour> {
  const icon = stateIcon();
  const text = element("span");
  const node = element("button", { type: "button", class: "cl-neighbour" }, icon.node, text);
  let key = "";
  node.addEventListener("click", () => select(key));
  return {
    node,
    update(neighbour) {
      key = neighbour.key;
      icon.update(neighbour.state);
      setText(text, neighbour.title);
      node.title = `${neighbour.title}: ${wordOf(neighbour.state)}`;
    },
  };
}

function logsView(actions: FlowRunActions): View<{ readonly task: TaskRunRecord | undefined; readonly live: boolean }> {
  const lines = element("pre", { class: "cl-pre", hidden: true });
  const show = element("button", { type: "button", class: "cl-button" }, "Show");
  const { node, body } = section("Log", show, lines);
  let id: string | undefined;
  show.addEventListener("click", async () => {
    if (id === undefined) return;
    const asked = id;
    let text: string;
    try {
      text = logText(await actions.logs(asked)) || "No lines";
    } catch (error) {
      text = (error as Error).message;
    }
    if (asked !== id) return;
    lines.hidden = false;
    setText(lines, text);
    setText(show, "Read again");
  });
  setChildren(body, [show, lines]);
  return {
    node,
    update({ task, live }) {
      node.hidden = !task || !live;
      if (task?.id === id) return;
      id = task?.id;
      lines.hidden = true;
      setText(show, "Show");
    },
  };
}

const logText = (records: readonly LogRecord[]): string =>
  records.map(({ timestamp, text }) => `${new Date(timestamp).toLocaleTimeString()}  ${text}`).join("\n");

function section(title: string, ...content: Node[]) {
  const head = element("h4", {}, title);
  const body = element("div", { class: "cl-section-body" }, ...content);
  return { head, body, node: element("section", { class: "cl-section" }, head, body) };
}
