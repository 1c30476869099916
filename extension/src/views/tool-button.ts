import { element, svgElement } from "./element.js";
import { t } from "./translate.js";

/** A button of a toolbar that shows a sign of strokes on a 16 × 16 field. */
export function toolButton(title: string, path: string, press: () => void): HTMLButtonElement {
  const node = element(
    "button",
    { type: "button", class: "cl-icon-button", title, "aria-label": title },
    svgElement(
      "svg",
      { viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true" },
      svgElement("path", { class: "cl-line", d: path }),
    ),
  );
  node.addEventListener("click", press);
  return node;
}

/** Zoom out, zoom in and fit, as every zoomed view has them. */
export const zoomButtons = (zoom: (factor: number) => void, fit: () => void): HTMLButtonElement[] => [
  toolButton(t("Zoom out"), "M4 8h8", () => zoom(1 / 1.25)),
  toolButton(t("Zoom in"), "M4 8h8M8 4v8", () => zoom(1.25)),
  toolButton(t("Fit"), "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3", fit),
];
