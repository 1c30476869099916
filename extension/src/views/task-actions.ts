import type { OutlineNode } from "../../../src/display/run-outline.js";
import { actionButton } from "./action-button.js";
import { element, setText, type View } from "./element.js";
import { type FlowRunActions, planFrom, type RunScene, rerunRefusal } from "./flow-run-model.js";
import { t } from "./translate.js";

interface TaskActionsModel {
  readonly scene: RunScene;
  readonly call: OutlineNode;
}

/** What may be asked of one call: to run again from it on, and to go on where it is paused. */
export function taskActions(actions: FlowRunActions): View<TaskActionsModel> {
  const alert = element("div", { class: "cl-alert", role: "alert", hidden: true });
  const complain = (text: string): void => {
    alert.hidden = false;
    setText(alert, text);
  };
  let name = "";
  const from = actionButton("cl-rerun-from", () => actions.retry({ kind: "from", task: name }), complain);
  const resume = actionButton("cl-resume cl-primary", () => actions.retry({ kind: "resume", task: name }), complain);
  const node = element("div", { class: "cl-task-actions" }, resume.node, from.node, alert);
  return {
    node,
    update({ scene, call }) {
      if (call.name !== name || scene.running) alert.hidden = true;
      name = call.name;
      const refusal = rerunRefusal(scene);
      from.update({ text: t("Run again from here"), refusal, plan: planFrom(scene, name) });
      resume.update({ text: t("Resume"), refusal });
      resume.node.hidden = call.run?.state.type !== "Paused";
      node.hidden = !scene.trusted || scene.link !== "live";
    },
  };
}
