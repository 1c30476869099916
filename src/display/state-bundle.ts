import { type RunReference, STATE_MIME, type StatePayload, type StateRecord } from "../contracts/records.js";
import { STATE_LOOKS } from "../contracts/state-look.js";
import { errorText } from "./error-text.js";
import { fitState } from "./fit-run.js";
import { htmlTable } from "./html-table.js";
import { type MimeBundle, toJson } from "./mime-bundle.js";
import { oneLine } from "./plain-text.js";
import { resultLine } from "./result-bundle.js";
import { svgLabel } from "./svg-label.js";

/** A state as an output: widget, HTML table, SVG label and text say the same. */
export function stateBundle(record: StateRecord, name?: string, run?: RunReference): MimeBundle {
  const state = fitState(record, 2048, 4096);
  const payload: StatePayload = { ...state, ...(name !== undefined && { name: oneLine(name) }), ...(run && { run }) };
  const { glyph, word, tone } = STATE_LOOKS[state.type];
  const title = `${glyph} ${word}${name === undefined ? "" : ` · ${oneLine(name)}`}`;
  const rows = facts(state);
  return {
    [STATE_MIME]: toJson(payload),
    "text/html": htmlTable({ caption: title, rows: rows.map(([what, text]) => [what, text]) }),
    "image/svg+xml": svgLabel({ glyph, word, tone, detail: name ?? state.message ?? "" }),
    "text/plain": [title, ...rows.map(([what, text]) => `  ${what}: ${text.replaceAll("\n", "\n    ")}`)].join("\n"),
  };
}

function facts(state: StateRecord): [string, string][] {
  const rows: [string, string][] = [];
  if (state.message) rows.push(["message", oneLine(state.message, 400)]);
  if (state.runCount > 1) rows.push(["attempt", String(state.runCount)]);
  if (state.children !== undefined) rows.push(["children", String(state.children)]);
  if (state.startTime) rows.push(["starts", new Date(state.startTime).toISOString()]);
  if (state.error) rows.push(["error", errorText(state.error)]);
  else rows.push(["result", resultLine(state.result)]);
  rows.push(["at", new Date(state.timestamp).toISOString()]);
  return rows;
}
