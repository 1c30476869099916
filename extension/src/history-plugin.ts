import type { JupyterFrontEnd } from "@jupyterlab/application";
import { type ICommandPalette, type ISessionContext, MainAreaWidget, Notification } from "@jupyterlab/apputils";
import type { INotebookTracker } from "@jupyterlab/notebook";
import { Widget } from "@lumino/widgets";
import { FLOW_RUN_MIME, type FlowRunSummary } from "../../src/contracts/records.js";
import { askOfRun, fetchRun } from "./fetch-run.js";
import { outputPlaces } from "./output-places.js";
import { RunHistory } from "./panels/run-history.js";
import { RenderedFlowRun } from "./renderers/flow-run.js";
import type { RunHub } from "./run-hub.js";
import { runReport } from "./run-report.js";
import { compareView } from "./views/compare-view.js";
import type { MenuItem } from "./views/menu.js";
import type { DrawMedia } from "./views/preview-view.js";
import { mermaidOf } from "./views/run-text.js";
import { saveFile } from "./views/saved-file.js";
import { t } from "./views/translate.js";

const SHOW_COMMAND = "cellar:show-runs";

/** The side panel of runs, a command that shows it, and what can be done with a run: open, compare, copy, report. */
export function addRunHistory(
  app: JupyterFrontEnd,
  tracker: INotebookTracker,
  palette: ICommandPalette | null,
  hub: RunHub,
  drawMedia: DrawMedia,
): void {
  const places = outputPlaces(tracker);
  const show = (id: string, label: string, make: () => Widget): void => {
    const there = [...app.shell.widgets("main")].find((widget) => widget.id === id);
    if (!there) {
      const widget = new MainAreaWidget({ content: make() });
      widget.id = id;
      widget.title.label = label;
      widget.title.closable = true;
      app.shell.add(widget, "main", { mode: "split-right" });
      if (!widget.isAttached) app.shell.add(widget, "right"); // Notebook 7 has one document in a page
    }
    app.shell.activateById(id);
  };
  const openRun = (run: FlowRunSummary, session: ISessionContext): void =>
    show(`cellar-run-${run.id}`, `${run.flow}: ${run.state.type}`, () => {
      const content = new RenderedFlowRun(FLOW_RUN_MIME, { ...places, sessionOf: () => session }, hub, drawMedia);
      // Its kernel's answer brings graph and tasks.
      content.showRun({ ...run, graph: [], tasks: [] });
      return content;
    });
  let marked: FlowRunSummary | undefined;
  const compare = async (one: FlowRunSummary, other: FlowRunSummary, session: ISessionContext): Promise<void> => {
    const runs = await Promise.all([one, other].map(({ id }) => fetchRun(hub, session, id)));
    const [before, after] = runs.sort((a, b) => a.createdAt - b.createdAt);
    show(`cellar-compare-${before!.id}-${after!.id}`, `Compare ${before!.flow}`, () => {
      const widget = new Widget({ node: compareView(before!, after!) });
      widget.addClass("jp-Cellar");
      return widget;
    });
  };
  const told = (work: Promise<unknown>): void =>
    void work.catch((error: Error) => Notification.error(error.message, { autoClose: 8000 }));
  const copied = async (text: string, what: string): Promise<void> => {
    await navigator.clipboard.writeText(text);
    Notification.success(`Copied as ${what}`, { autoClose: 2000 });
  };
  const menuOf = (run: FlowRunSummary, session: ISessionContext): readonly MenuItem[] => {
    const record = () => fetchRun(hub, session, run.id);
    const cell = run.place.cell;
    return [
      { text: t("Open"), choose: () => openRun(run, session) },
      {
        text: t("Jump to its cell"),
        refusal: cell && places.hasCell(session, cell) ? undefined : "Its cell is not in the open notebook",
        choose: () => cell && places.showCell(session, cell),
      },
      marked && marked.id !== run.id
        ? {
            text: `Compare with ${marked.flow} of ${new Date(marked.createdAt).toLocaleTimeString()}`,
            choose: () => told(compare(marked!, run, session)),
          }
        : { text: t("Compare with…"), choose: () => markForComparison(run) },
      { text: t("Copy as Mermaid"), choose: () => told(record().then((whole) => copied(mermaidOf(whole), "Mermaid"))) },
      {
        text: t("Copy as JSON"),
        choose: () => told(record().then((whole) => copied(JSON.stringify(whole, null, 2), "JSON"))),
      },
      {
        text: t("Save picture (SVG)"),
        choose: () =>
          told(
            askOfRun(hub, session, run.id, { ask: "bundle" }).then((bundle) =>
              saveFile({
                name: `${fileName(run)}.svg`,
                type: "image/svg+xml",
                parts: [String((bundle as { [mime: string]: unknown })["image/svg+xml"])],
              }),
            ),
          ),
      },
      {
        text: t("Save report (HTML)"),
        choose: () =>
          told(
            record().then((whole) =>
              saveFile({ name: `${fileName(run)}.html`, type: "text/html", parts: [runReport(whole)] }),
            ),
          ),
      },
      { text: t("Copy id"), choose: () => told(copied(run.id, "id")) },
    ];
  };
  const markForComparison = (run: FlowRunSummary): void => {
    marked = run;
    Notification.info("Choose “Compare with” on the other run", { autoClose: 4000 });
  };
  const panel = new RunHistory(tracker, {
    open: openRun,
    attempts: async (run, session) =>
      (await askOfRun(hub, session, run.id, { ask: "attempts" })) as readonly FlowRunSummary[],
    menuOf,
  });
  app.shell.add(panel, "left", { rank: 400 });
  app.commands.addCommand(SHOW_COMMAND, {
    label: "Show runs",
    caption: "All runs of flows that the store of this notebook holds",
    describedBy: { args: { type: "object", properties: {} } },
    execute: () => app.shell.activateById(panel.id),
  });
  palette?.addItem({ command: SHOW_COMMAND, category: "Cellar" });
}

const fileName = (run: FlowRunSummary): string =>
  `${run.flow.replace(/[^\w.-]+/g, "-") || "run"}-${run.id.slice(0, 8)}`;
