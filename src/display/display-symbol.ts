import type { MimeBundle } from "./mime-bundle.js";

/** Key of the method that says how an object shows itself: Deno's protocol, which other libraries know too. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

/** An object that shows itself. */
export interface Displayable {
  /** The MIME bundle, "text/plain" among it where it can be said in text. */
  [DISPLAY](): MimeBundle | Promise<MimeBundle>;
}

/** Whether a value says itself how it is shown. */
export const isDisplayable = (value: unknown): value is Displayable =>
  ((typeof value === "object" && value !== null) || typeof value === "function") &&
  typeof (value as Partial<Displayable>)[DISPLAY] === "function";
