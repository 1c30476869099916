import { isFaithfulJson } from "./faithful-json.js";
import type { MimeBundle } from "./mime-bundle.js";

/** Specs of charts are kept in the notebook whole, so they may be larger than other JSON. */
const MOST_SPEC = 4 * 1024 * 1024;
const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/** A chart as an output: a Vega or Vega-Lite spec or its builder, a Plotly figure, an element of a DOM made in Node. */
export function figureBundle(value: object): MimeBundle | undefined {
  return elementBundle(value) ?? vegaBundle(specOf(value)) ?? plotlyBundle(value);
}

/** The builder of `vega-lite-api` gives its spec by this method. */
function specOf(value: object): object {
  const { toSpec } = value as { toSpec?: unknown };
  const spec: unknown = typeof toSpec === "function" ? toSpec.call(value) : undefined;
  return typeof spec === "object" && spec !== null ? spec : value;
}

function elementBundle(value: object): MimeBundle | undefined {
  const { outerHTML, nodeType, localName } = value as { outerHTML?: unknown; nodeType?: unknown; localName?: unknown };
  if (nodeType !== 1 || typeof outerHTML !== "string") return undefined;
  const text = `<${String(localName)}> element, ${outerHTML.length} characters`;
  if (localName !== "svg") return { "text/html": outerHTML, "text/plain": text };
  const alone = /^<svg[^>]*\sxmlns=/.test(outerHTML)
    ? outerHTML
    : outerHTML.replace("<svg", `<svg xmlns="${SVG_NAMESPACE}"`);
  // as HTML it takes the page's text colour, which is light in a dark theme; the picture is for clients that strip it
  return { "text/html": outerHTML, "image/svg+xml": alone, "text/plain": text };
}

function vegaBundle(value: object): MimeBundle | undefined {
  const { $schema } = value as { $schema?: unknown };
  const found = typeof $schema === "string" && /\/schema\/(vega|vega-lite)\/v(\d+)(?:\.[\w.]+)?\.json$/.exec($schema);
  if (!found || !isFaithfulJson(value, MOST_SPEC)) return undefined;
  const [, language, version] = found;
  const mime = `application/vnd.${language === "vega" ? "vega" : "vegalite"}.v${version}+json`;
  return { [mime]: value, "text/plain": `${language === "vega" ? "Vega" : "Vega-Lite"} chart` };
}

function plotlyBundle(value: object): MimeBundle | undefined {
  const { data, layout } = value as { data?: unknown; layout?: unknown };
  const drawn = (trace: unknown) =>
    typeof trace === "object" && trace !== null && ("type" in trace || ("x" in trace && "y" in trace));
  if (!Array.isArray(data) || data.length === 0 || !data.every(drawn)) return undefined;
  if (typeof layout !== "object" || layout === null || !isFaithfulJson(value, MOST_SPEC)) return undefined;
  return { "application/vnd.plotly.v1+json": value, "text/plain": `Plotly figure, traces: ${data.length}` };
}
