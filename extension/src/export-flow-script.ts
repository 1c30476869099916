import { Dialog, Notification, showDialog } from "@jupyterlab/apputils";
import type { NotebookPanel } from "@jupyterlab/notebook";
import type { Contents, Kernel } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Widget } from "@lumino/widgets";
import { EXPORT_COMM_TARGET, type ExportCommAnswer } from "../../src/contracts/export-comm.js";
import { exportPreview } from "./views/export-preview.js";

/** Asks the kernel for the notebook as a flow script, shows it, and writes it beside the notebook once confirmed. */
export async function exportFlowScript(
  panel: NotebookPanel,
  contents: Contents.IManager,
  trans: TranslationBundle,
): Promise<void> {
  const kernel = panel.sessionContext.session?.kernel;
  const answer: ExportCommAnswer = kernel
    ? await askKernel(kernel, panel.context.model.toJSON())
    : { ok: false, error: "Cannot export the notebook: no kernel is running" };
  if (!answer.ok) {
    await showDialog({
      title: trans.__("The notebook was not exported"),
      body: answer.error,
      buttons: [Dialog.okButton()],
    });
    return;
  }
  const path = `${panel.context.path.replace(/\.ipynb$/i, "")}.ts`;
  const replaces = await exists(contents, path);
  const body = new Widget({
    node: exportPreview({ script: answer.script, warnings: answer.warnings, path, replaces }),
  });
  const { button } = await showDialog({
    title: trans.__("Export flow script"),
    body,
    buttons: [
      Dialog.cancelButton(),
      replaces
        ? Dialog.warnButton({ label: trans.__("Replace %1", baseName(path)) })
        : Dialog.okButton({ label: trans.__("Write %1", baseName(path)) }),
    ],
  });
  if (!button.accept) return;
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

/** Looks the folder through: asking for the file itself would leave a 404 in the browser's console. */
async function exists(contents: Contents.IManager, path: string): Promise<boolean> {
  const folder = await contents.get(path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  return (folder.content as readonly Contents.IModel[]).some((each) => each.path === path);
}

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
