import { DISPLAY, isDisplayable } from "../display/display-symbol.js";
import type { MimeBundle } from "../display/mime-bundle.js";
import { resultBundle } from "../display/result-bundle.js";
import { stateBundle } from "../display/state-bundle.js";
import { valueBundle } from "../display/value-bundle.js";
import { Result } from "../result/result.js";
import { runOfState } from "../state/run-of-state.js";
import { resultRecord, stateRecord } from "../state/state-record.js";
import { State } from "../state/states.js";
import { installedEngine } from "./install.js";

/** How a value is shown. */
export interface DisplayOptions {
  /** Name under which the output can be replaced. */
  readonly displayId?: string;
  /** Replaces the output of that name. @default false */
  readonly update?: boolean;
}

/** Shows a value to the person: in a notebook below the cell, in a script as printed text. */
export async function display(value: unknown, options: DisplayOptions = {}): Promise<void> {
  const { host } = installedEngine();
  const bundle = bundleOf(value);
  host.show(bundle instanceof Promise ? await bundle : bundle, options); // at once where nothing is to wait for
}

/** How a value looks: what it says itself, or what is known of its kind. */
export function bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  if (isDisplayable(value)) return value[DISPLAY]();
  if (value instanceof State) return stateBundle(stateRecord(value as State), undefined, runOfState(value as State));
  if (value instanceof Result) return resultBundle(resultRecord(value));
  return typeof value === "string" ? { "text/plain": value } : valueBundle(value);
}
