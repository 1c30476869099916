import { element, setAttributes, setText, type View } from "./element.js";

export interface ActionModel {
  readonly text: string;
  /** Why it cannot be pressed now. */
  readonly refusal: string | undefined;
  /** What pressing it will do. */
  readonly plan?: string;
}

/** A button that stays in reach of the keyboard while it is off, and says why. */
export function actionButton(
  className: string,
  press: () => Promise<void>,
  failed: (message: string) => void,
): View<ActionModel, HTMLButtonElement> {
  const node = element("button", { type: "button", class: `cl-button ${className}` });
  let model: ActionModel | undefined;
  let busy = false;
  const draw = () => {
    if (!model) return;
    const off = busy || model.refusal !== undefined;
    setText(node, model.text);
    setAttributes(node, {
      "aria-disabled": off ? "true" : null,
      "aria-busy": busy ? "true" : null,
      title: model.refusal ?? model.plan,
      "aria-description": model.refusal ?? model.plan,
    });
  };
  node.addEventListener("click", async () => {
    if (busy || !model || model.refusal !== undefined) return;
    busy = true;
    draw();
    try {
      await press();
    } catch (error) {
      failed((error as Error).message);
    }
    busy = false;
    draw();
  });
  return {
    node,
    update(next) {
      model = next;
      draw();
    },
  };
}
