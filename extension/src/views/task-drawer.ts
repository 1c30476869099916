import type { TaskRunRecord } from "../../../src/contracts/records.js";
import { formatDuration } from "../../../src/display/human-units.js";
import { attemptText, type OutlineNode, taskTitle, totalOf } from "../../../src/display/run-outline.js";
import { askedOnce } from "./asked-once.js";
import { attemptList } from "./attempt-list.js";
import { childList } from "./child-list.js";
import { copyButton } from "./copy-button.js";
import { element, setChildren, setText, type View } from "./element.js";
import { errorView } from "./error-view.js";
import { type FlowRunActions, type RunScene, shownState } from "./flow-run-model.js";
import { inputList } from "./input-list.js";
import { localTime } from "./local-time.js";
import { lastLines } from "./log-view.js";
import { countdown, taskProgress } from "./remaining.js";
import { resultView } from "./result-view.js";
import { stateBadge } from "./state-icon.js";
import { taskActions } from "./task-actions.js";
import type { TaskHistories } from "./task-histories.js";
import { t } from "./translate.js";

/** What is known of the selected task: state, inputs, attempts, why it ran, what went wrong, result, last lines. */
export function taskDrawer(
  actions: FlowRunActions,
  select: (key: string | undefined) => void,
  histories: TaskHistories,
): View<RunScene> {
  let scene: RunScene | undefined;
  const badge = stateBadge();
  const name = element("h3", { class: "cl-drawer-title" });
  const copy = copyButton(t("Copy the task run's id"));
  const parent = element("button", { type: "button", class: "cl-link cl-parent", title: t("Select the mapped task") });
  const close = element(
    "button",
    { type: "button", class: "cl-icon-button", "aria-label": t("Close"), title: t("Close") },
    "×",
  );
  let parentName = "";
  close.addEventListener("click", () => select(undefined));
  parent.addEventListener("click", () => select(parentName));
  const message = element("div", { class: "cl-message" });
  const progress = progressBar();
  const facts = element("dl", { class: "cl-dl" });
  const started = localTime();
  const given = askedOnce(
    () => (scene?.link === "live" && scene.trusted ? () => actions.inputs() : undefined),
    () => draw(),
  );
  const inputs = inputList(actions, select);
  const inputSection = section("Inputs", inputs.node);
  const children = childList(select);
  const childSection = section("Mapped", children.node);
  const error = errorView((place) => actions.openCell(place));
  const buttons = taskActions(actions);
  const attempts = attemptList();
  const attemptSection = section("Attempts", attempts.node);
  const errorSection = section("Error", error.node);
  const result = resultView(actions);
  const resultSection = section("Result", result.node);
  const openResult = (id: string, from?: number) => actions.preview(id, from);
  const lines = lastLines(actions);
  const logSection = section("Log", lines.node);
  const node = element(
    "section",
    { class: "cl-drawer", "aria-label": t("Task"), hidden: true },
    element(
      "div",
      { class: "cl-drawer-head" },
      element("div", { class: "cl-drawer-heading" }, name, badge.node, parent),
      element("span", { class: "cl-gap" }),
      copy.node,
      close,
    ),
    element(
      "div",
      { class: "cl-drawer-body" },
      element("div", { class: "cl-drawer-facts" }, message, progress.node, buttons.node, facts, inputSection.node),
      element(
        "div",
        { class: "cl-drawer-finds" },
        errorSection.node,
        resultSection.node,
        childSection.node,
        attemptSection.node,
        logSection.node,
      ),
    ),
  );
  function draw(): void {
    if (!scene) return;
    const found = find(scene);
    node.hidden = !found;
    if (!found) {
      lines.update({ task: undefined, live: false, running: false });
      return;
    }
    const { call, task } = found;
    const readable = scene.link === "live" && scene.trusted;
    const isChild = task?.mapIndex != null;
    setText(name, task ? taskTitle(task) : call.name);
    badge.update(isChild ? task.state.type : shownState(call));
    copy.update(task?.id ?? "");
    parentName = call.name;
    parent.hidden = !isChild;
    setText(parent, `part of ${call.name}`);
    const said = task?.state.error ? "" : (task?.state.message ?? "");
    setText(message, said);
    message.hidden = said === "";
    progress.update({ task: scene.running ? task : undefined, now: scene.now });
    buttons.update({ scene, call });
    drawFacts(facts, call, task, started, scene);
    const known = given.of(`${scene.run.id} ${scene.run.attempt} ${scene.running ? "" : "ended"}`);
    inputs.update({
      scene,
      call,
      task,
      open: readable ? openResult : undefined,
      given: task && known?.[task.id],
    });
    inputSection.node.hidden = inputs.node.hidden;
    const all = isChild ? [] : call.children;
    childSection.node.hidden = all.length === 0;
    const total = totalOf(call.childStates);
    setText(childSection.head, all.length < total ? `Mapped: ${all.length} of ${total}` : `Mapped: ${total}`);
    if (all.length > 0) children.update({ children: all, selected: undefined, inputsOf: (id) => known?.[id] });
    error.update(task?.state.error);
    errorSection.node.hidden = !task?.state.error;
    resultSection.node.hidden = !task || task.state.error !== undefined || task.state.result.kind === "NoResult";
    if (task) result.update({ result: task.state.result, open: readable ? openResult : undefined });
    attempts.update({ task, history: task && task.state.runCount > 1 ? histories.of(task) : undefined });
    attemptSection.node.hidden = attempts.node.hidden;
    lines.update({ task, live: readable, running: scene.running });
  }
  return {
    node,
    update(next) {
      scene = next;
      draw();
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

/** What a running task says of its progress: a bar, its words and the time left. */
function progressBar(): View<{ readonly task: TaskRunRecord | undefined; readonly now: number }> {
  const bar = element("progress", { max: 1, "aria-label": t("Progress of the task") });
  const text = element("span", { class: "cl-facts" });
  const node = element("div", { class: "cl-progress", hidden: true }, bar, text);
  return {
    node,
    update({ task, now }) {
      const said = task && taskProgress(task, now);
      node.hidden = !said;
      if (!task?.state.progress || !said) return;
      bar.value = task.state.progress.fraction;
      setText(text, [said, task.state.progress.message].filter(Boolean).join(" · "));
    },
  };
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
    const wait = scene.running ? countdown(task.state, scene.now) : undefined;
    if (wait) rows.push(["Next", wait]);
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

function section(title: string, ...content: Node[]) {
  const head = element("h4", {}, t(title));
  const body = element("div", { class: "cl-section-body" }, ...content);
  return { head, body, node: element("section", { class: "cl-section" }, head, body) };
}
