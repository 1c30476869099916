import { type IRenderMimeRegistry, MimeModel } from "@jupyterlab/rendermime";
import { Widget } from "@lumino/widgets";
import type { DrawMedia } from "./views/preview-view.js";

/** Draws what JupyterLab's own renderers draw without running anything; for the rest its text stands below. */
export const mediaDrawer =
  (registry: IRenderMimeRegistry): DrawMedia =>
  (bundle, host) => {
    const { "text/plain": _text, ...media } = bundle;
    const mimeType = registry.preferredMimeType(media, "ensure");
    if (!host.isConnected) return;
    if (!mimeType) {
      host.textContent = `No renderer is installed for ${Object.keys(media).join(", ")}; download the result to see all of it`;
      return;
    }
    const widget = registry.createRenderer(mimeType);
    Widget.attach(widget, host);
    void widget.renderModel(new MimeModel({ data: media, trusted: false })).catch((error: unknown) => {
      host.textContent = `Cannot draw it: ${(error as Error).message}`;
    });
  };
