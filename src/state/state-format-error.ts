import type { Step } from "../result/object-path.js";
import { pathText } from "../result/object-path.js";

/** JSON that is no state: where it goes wrong, and how. */
export class StateFormatError extends SyntaxError {
  /** Tells the class where `instanceof` cannot. */
  override readonly name = "StateFormatError";
  /** Way to what is wrong: `state.cached_inputs.x.serializer`. */
  readonly path: string;

  constructor(steps: readonly Step[], detail: string, options?: ErrorOptions) {
    const path = pathText(steps, "state");
    super(`Cannot load ${path}: ${detail}`, options);
    this.path = path;
  }
}
