import { Dialog, Notification } from "@jupyterlab/apputils";
import type { NotebookPanel } from "@jupyterlab/notebook";
import type { Contents, Kernel } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import { EXPORT_COMM_TARGET, type ExportCommAnswer } from "../../src/contracts/export-comm.js";
import { setAttributes, setText } from "./views/element.js";
import { exportPreview, exportProgress, exportRefusal } from "./views/export-preview.js";

/** Asks the kernel for the notebook as a flow script, shows it, and writes it beside the notebook once confirmed. */
export async function exportFlowScript(
  panel: NotebookPanel,
  contents: Contents.IManager,
  trans: TranslationBundle,
): Promise<void> {
  const path = `${panel.context.path.replace(/\.ipynb$/i, "")}.ts`;
  const body = new Widget({ node: exportProgress(trans.__("Reading the cells and writing the script…")) });
  const dialog = new Dialog({
    title: trans.__("Export flow script"),
    body,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__("Write %1", baseName(path)) })],
  });
  const write = (): HTMLButtonElement | null => dialog.node.querySelector<HTMLButtonElement>(".jp-mod-accept");
  const chosen = dialog.launch();
  requestAnimationFrame(() => setAttributes(write()!, { disabled: true }));
  const kernel = panel.sessionContext.session?.kernel;
  const [answer, before] = await Promise.all([
    kernel
      ? askKernel(kernel, panel.context.model.toJSON())
      : Promise.resolve({ ok: false, error: "Cannot export the notebook: no kernel is running" } as const),
    textOf(contents, path),
  ]);
  if (dialog.isDisposed) return; // cancelled meanwhile
  if (answer.ok) {
    const { script, warnings } = answer;
    body.node.replaceChildren(exportPreview({ script, warnings, path, replaces: before !== undefined, before }));
    setAttributes(write()!, { disabled: null });
    if (before !== undefined) {
      setText(write()!.querySelector(".jp-Dialog-buttonLabel") ?? write()!, trans.__("Replace %1", baseName(path)));
      write()!.classList.add("jp-mod-warn");
    }
  } else {
    body.node.replaceChildren(exportRefusal(trans.__("The notebook was not exported"), answer.error));
  }
  const { button } = await chosen;
  if (!button.accept || !answer.ok) return;
  await contents.save(path, { type: "file", format: "text", content: answer.script });
  Notification.success(trans.__("Wrote %1", path), { autoClose: 4000 });
}

/** One question over one comm; a comm closed without an answer is a kernel that cannot export. */
function askKernel(kernel: Kernel.IKernelConnection, notebook: unknown): Promise<ExportCommAnswer> {
  return new Promise((resolve) => {
    const comm = kernel.createComm(EXPORT_COMM_TARGET);
    const settle = (answer: ExportCommAnswer) => {
      kernel.statusChanged.disconnect(onStatus);
      kernel.disposed.disconnect(onLost);
      comm.onClose = () => {}; // the kernel closes it once it has answered
      resolve(answer);
    };
    const onLost = () => settle({ ok: false, error: "Cannot export the notebook: the kernel went away" });
    const onStatus = (_: unknown, status: Kernel.Status) => {
      if (status === "dead" || status === "restarting" || status === "autorestarting") onLost();
    };
    comm.onMsg = ({ content }) => settle(content.data as unknown as ExportCommAnswer);
    comm.onClose = () =>
      settle({ ok: false, error: "Cannot export the notebook: this kernel does not know flow scripts" });
    kernel.statusChanged.connect(onStatus);
    kernel.disposed.connect(onLost);
    comm.open({ notebook } as never);
  });
}

/** Text of the file at a path; undefined when there is none. Looks the folder through: asking for a file that is missing would leave a 404 in the browser's console. */
async function textOf(contents: Contents.IManager, path: string): Promise<string | undefined> {
  const folder = await contents.get(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  if (!(folder.content as readonly Contents.IModel[]).some((each) => each.path === path)) return undefined;
  return String((await contents.get(path, { type: "file", format: "text" })).content ?? "");
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
