import type { FlowRunRecord } from "../../src/contracts/records.js";
import { outlineRun } from "../../src/display/run-outline.js";
import { type FlowRunActions, sceneOf } from "./views/flow-run-model.js";
import { flowRunView } from "./views/flow-run-view.js";
import { taskDrawer } from "./views/task-drawer.js";

/** Theme of the report: what JupyterLab's variables are there, in light and, where the reader's system asks for it, in dark. */
const THEME = `:root { color-scheme: light dark; --jp-ui-font-family: system-ui, sans-serif; --jp-code-font-family: ui-monospace, monospace; --jp-ui-font-size0: 12px; --jp-ui-font-size1: 14px; --jp-code-font-size: 13px;
--jp-ui-font-color1: light-dark(#1f2328, #e6edf3); --jp-ui-font-color2: light-dark(#57606a, #9da7b1); --jp-ui-font-color3: light-dark(#6e7781, #8b949e); --jp-brand-color0: #0550ae; --jp-brand-color1: light-dark(#0969da, #58a6ff); --jp-success-color1: light-dark(#1a7f37, #3fb950); --jp-warn-color1: light-dark(#9a6700, #d29922); --jp-error-color1: light-dark(#cf222e, #f85149);
--jp-border-color1: light-dark(#8c959f, #6e7681); --jp-border-color2: light-dark(#d0d7de, #30363d); --jp-border-color3: light-dark(#eaeef2, #21262d); --jp-layout-color1: light-dark(#ffffff, #0d1117); --jp-layout-color2: light-dark(#f6f8fa, #161b22); --jp-content-link-color: light-dark(#0969da, #58a6ff); --jp-ui-inverse-font-color1: #ffffff; }
body { max-width: 1100px; margin: 24px auto; padding: 0 16px; background: var(--jp-layout-color1); color: var(--jp-ui-font-color1); font-family: var(--jp-ui-font-family); }
.cl-actions, .cl-toolbar, .cl-copy-word, .cl-icon-button, .cl-task-actions, .cl-attempt-switch, .cl-filter, .cl-beyond, .cl-map { display: none !important; }
.cl-table-scroll, .cl-scroll { max-height: none !important; } [role=tabpanel] { border-top: 1px solid var(--jp-border-color2); } section { break-inside: avoid; } .cl-drawer { margin: 12px 0; border: 1px solid var(--jp-border-color2); border-radius: 6px; }`;

/** One HTML file with all that a run's views show: no kernel, no script, nothing loaded from elsewhere. */
export function runReport(run: FlowRunRecord): string {
  const actions = unableActions();
  const model = { run, link: "none", trusted: true, inNotebook: false, now: Date.now() } as const;
  const view = flowRunView(actions);
  const host = document.createElement("div");
  host.className = "jp-Cellar";
  host.style.cssText = "position: absolute; left: -20000px; width: 1000px";
  document.body.append(host);
  try {
    host.append(view.node);
    view.update(model);
    for (const tab of view.node.querySelectorAll<HTMLElement>(".cl-tab")) if (tab.textContent !== "Logs") tab.click();
    for (const panel of view.node.querySelectorAll<HTMLElement>("[role=tabpanel]"))
      panel.hidden = panel.classList.contains("cl-logs");
    for (const { name, run: task } of outlineRun(run)) {
      if (!task) continue;
      const drawer = taskDrawer(actions, () => {}, { of: () => undefined });
      drawer.update(sceneOf(model, name));
      host.append(drawer.node);
    }
    const head = document.createElement("title");
    head.textContent = `${run.flow}: ${run.state.type}`;
    const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">`;
    host.style.cssText = "";
    return `<!doctype html><html lang="en"><head><meta charset="utf-8">${policy}<meta name="viewport" content="width=device-width">${head.outerHTML}<style>${THEME}\n${stylesOfViews()}</style></head><body>${host.outerHTML}</body></html>\n`;
  } finally {
    view.dispose();
    host.remove();
  }
}

/** The rules that this extension put into the page. */
function stylesOfViews(): string {
  const rules: string[] = [];
  for (const sheet of document.styleSheets) {
    try {
      for (const rule of sheet.cssRules) if (/\.cl-|\.jp-Cellar/.test(rule.cssText)) rules.push(rule.cssText);
    } catch {
      // a sheet of another origin: not this extension's
    }
  }
  return rules.join("\n").replaceAll("</", "<\\/");
}

function unableActions(): FlowRunActions {
  const refuse = () => Promise.reject(new Error("A report has no kernel"));
  return {
    retry: refuse,
    cancel: refuse,
    preview: refuse,
    downloads: { start: refuse, next: refuse },
    logs: refuse,
    inputs: refuse,
    attempts: refuse,
    attempt: refuse,
    history: refuse,
    openCell: () => false,
    drawMedia: () => {},
  };
}
