import { FLOW_RUN_MIME, type FlowRunRecord } from "../contracts/records.js";
import { fitRun } from "./fit-run.js";
import { flowRunHtml } from "./flow-run-html.js";
import { flowRunSvg } from "./flow-run-svg.js";
import { flowRunText } from "./flow-run-text.js";
import { type MimeBundle, toJson } from "./mime-bundle.js";

/** A flow run as an output: widget, HTML table, picture of its graph and text tree say the same. */
export function flowRunBundle(run: FlowRunRecord): MimeBundle {
  return {
    [FLOW_RUN_MIME]: toJson(fitRun(run)),
    "text/html": flowRunHtml(run),
    "image/svg+xml": flowRunSvg(run),
    "text/plain": flowRunText(run),
  };
}

/** One name for all outputs of a run, so that all of them show how it stands. */
export const displayIdOf = (runId: string): string => `cellar-run-${runId}`;
