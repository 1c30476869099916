import { posix } from "node:path";
import { type FlowScript, toFlowScript } from "./flow-script.js";
import { readNotebook } from "./notebook.js";
import { toPercentScript } from "./percent-script.js";

export interface ExportOptions {
  /** @default "clean" */
  readonly format?: "clean" | "percent";
  /** Folders of notebook and script with "/" between names: relative imports are moved from one to the other. */
  readonly from?: string;
  readonly to?: string;
  /** How errors name the notebook. @default "the notebook" */
  readonly name?: string;
}

/**
 * Writes a notebook (nbformat 4 JSON) as a script.
 * @throws {SyntaxError} when it is no notebook, or naming the cell that does not parse.
 */
export function exportNotebook(notebook: unknown, options: ExportOptions = {}): FlowScript {
  try {
    return exported(notebook, options);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new SyntaxError(`Cannot read ${options.name ?? "the notebook"}: it is nested too deep (${cause.message})`, {
      cause,
    });
  }
}

function exported(notebook: unknown, options: ExportOptions): FlowScript {
  const read = readNotebook(notebook, options.name);
  if (options.format === "percent") return { script: toPercentScript(read), warnings: [] };
  return toFlowScript(read, (path) => {
    const moved = posix.relative(options.to ?? "", posix.join(options.from ?? "", path));
    return moved.startsWith("../") ? moved : `./${moved}`;
  });
}
