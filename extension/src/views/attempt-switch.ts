import type { FlowRunSummary } from "../../../src/contracts/records.js";
import { element, setText, type View } from "./element.js";
import { wordOf } from "./state-icon.js";
import { t } from "./translate.js";

export interface AttemptSwitchModel {
  readonly newest: number;
  readonly shown: number;
  /** Reads what each attempt came to; undefined while nothing can be asked. */
  readonly read: (() => Promise<readonly FlowRunSummary[]>) | undefined;
}

/** "Attempt 6 ▾": leads to what earlier attempts of a run came to. Hidden on a first attempt. */
export function attemptSwitch(show: (attempt: number) => void): View<AttemptSwitchModel> {
  const node = element("select", { class: "cl-input cl-attempt-switch", "aria-label": t("Attempt"), hidden: true });
  let model: AttemptSwitchModel | undefined;
  let known: readonly FlowRunSummary[] = [];
  let readFor = 0;
  node.addEventListener("change", () => show(Number(node.value)));
  for (const event of ["pointerenter", "focus"]) node.addEventListener(event, () => void readAttempts());

  async function readAttempts(): Promise<void> {
    if (!model?.read || readFor === model.newest) return;
    readFor = model.newest;
    try {
      known = await model.read();
      draw();
    } catch {
      readFor = 0; // numbers alone will do; asked again at the next look
    }
  }
  function draw(): void {
    if (!model) return;
    const { newest, shown, read } = model;
    node.hidden = newest < 2;
    node.disabled = !read;
    while (node.options.length > newest) node.options[0]!.remove();
    while (node.options.length < newest) node.append(element("option"));
    for (let index = 0; index < newest; index += 1) {
      const attempt = newest - index;
      const option = node.options[index]!;
      const state = attempt === newest ? undefined : known.find((each) => each.attempt === attempt)?.state.type;
      option.value = String(attempt);
      setText(option, `Attempt ${attempt}${state ? ` · ${wordOf(state)}` : ""}`);
    }
    node.value = String(shown);
  }
  return {
    node,
    update(next) {
      model = next;
      draw();
    },
  };
}
