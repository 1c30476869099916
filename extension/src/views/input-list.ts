import type { GraphInput, TaskRunRecord } from "../../../src/contracts/records.js";
import type { OutlineNode } from "../../../src/display/run-outline.js";
import { element, setChildren, setText, type View } from "./element.js";
import type { RunScene } from "./flow-run-model.js";
import { type ResultModel, type ResultPage, resultView } from "./result-view.js";
import { stateIcon } from "./state-icon.js";
import { t } from "./translate.js";

export interface InputListModel {
  readonly scene: RunScene;
  readonly call: OutlineNode;
  readonly task: TaskRunRecord | undefined;
  readonly open: ResultModel["open"];
  /** Short texts of what the task run was given; undefined while they are not known. */
  readonly given: { readonly [input: string]: string } | undefined;
}

/** What a task was given: each input with its origin and the beginning of its value; one that is stored opens as a result. */
export function inputList(page: ResultPage, select: (key: string) => void): View<InputListModel> {
  const node = element("ul", { class: "cl-inputs" });
  const rows = new Map<string, ReturnType<typeof inputRow>>();
  return {
    node,
    update(model) {
      const inputs: readonly GraphInput[] =
        model.call.inputs.length > 0
          ? model.call.inputs
          : model.call.upstream.map((of): GraphInput => ({ name: "", from: "call", of }));
      const keys = new Set<string>();
      const nodes = inputs.map((input) => {
        const key = `${model.call.name} ${input.name} ${input.of ?? ""}`;
        keys.add(key);
        const row = rows.get(key) ?? inputRow(page, select);
        rows.set(key, row);
        row.update({ ...model, input });
        return row.node;
      });
      for (const key of rows.keys()) if (!keys.has(key)) rows.delete(key);
      setChildren(node, nodes);
      node.hidden = inputs.length === 0;
    },
  };
}

function inputRow(
  page: ResultPage,
  select: (key: string) => void,
): View<InputListModel & { readonly input: GraphInput }> {
  const name = element("span", { class: "cl-input-name" });
  const icon = stateIcon();
  const origin = element("button", { type: "button", class: "cl-link cl-input-origin", title: t("Select the task") });
  const text = element("span", { class: "cl-input-text" });
  const result = resultView(page);
  const details = element("details", { class: "cl-input-value" }, element("summary", {}, t("Value")), result.node);
  const node = element("li", {}, element("div", { class: "cl-input-line" }, name, icon.node, origin, text), details);
  let call = "";
  origin.addEventListener("click", () => select(call));
  return {
    node,
    update({ scene, input, open, given, task }) {
      const upstream = input.from === "call" ? scene.outline.find((each) => each.name === input.of) : undefined;
      call = upstream?.name ?? "";
      setText(name, input.name);
      icon.node.toggleAttribute("hidden", !upstream);
      if (upstream?.run) icon.update(upstream.run.state.type);
      else icon.update("Planned");
      origin.hidden = !upstream;
      setText(origin, `← ${upstream?.name ?? ""}`);
      setText(text, textOf(input, scene, given));
      const stored = upstream?.run?.state.result;
      details.hidden = !stored?.id || task?.mapIndex != null;
      if (stored?.id) result.update({ result: stored, open });
    },
  };
}

function textOf(input: GraphInput, { run }: RunScene, given: InputListModel["given"]): string {
  const known = given?.[input.name];
  switch (input.from) {
    case "call":
      return known ?? "";
    case "parameter": {
      const value = run.parameters[input.of ?? ""];
      return `${known ?? (value === undefined ? "" : short(JSON.stringify(value)))}, parameter${input.of === input.name ? "" : ` ${input.of}`}`;
    }
    case "value":
      return known ?? input.text ?? "";
    default:
      return `from ${input.text ?? "several calls"}`;
  }
}

const short = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 59)}…`);
