import { existsSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultStorePath, folderOfStore } from "../../src/store/store-path.js";
import type { CellRun, SessionSetup } from "../links/session-calls.js";

/**
 * The kernel's notebook; null for a console. Jupyter starts a kernel in the notebook's folder and names the notebook in
 * JPY_SESSION_NAME; a console's name is no file.
 */
export function notebookPath(folder: string, env: NodeJS.ProcessEnv): string | null {
  const name = env.JPY_SESSION_NAME;
  const notebook = name ? resolve(folder, name) : null;
  return notebook && (notebook.endsWith(".ipynb") || existsSync(notebook)) ? notebook : null;
}

/** What the session is told of its place. */
export function sessionSetup(folder: string, env: NodeJS.ProcessEnv): SessionSetup {
  const notebook = notebookPath(folder, env);
  return { folder, notebook: notebook === null ? null : fromStore(folder, env, notebook) };
}

/**
 * What a request's `metadata.cellId` says of the place. VS Code names no notebook when it starts a kernel, but each
 * cell as `vscode-notebook-cell:/path/of/notebook.ipynb#handle`; it counts handles anew whenever it opens the file,
 * so that they are no lasting ids.
 */
export function cellPlace(
  cellId: string | undefined,
  folder: string,
  env: NodeJS.ProcessEnv,
): Pick<CellRun, "cellId" | "notebook"> {
  if (!cellId?.startsWith(VSCODE_CELL)) return { cellId: cellId ?? null };
  const path = URL.canParse(cellId) ? new URL(cellId).pathname : "";
  if (!path.startsWith("/")) return { cellId: null }; // not saved yet: it has a title and no path
  return { cellId: null, notebook: fromStore(folder, env, fileURLToPath(`file://${path}`)) };
}

const VSCODE_CELL = "vscode-notebook-cell:";

/** Places are relative to the folder that can be moved with its store, with "/" between names. */
function fromStore(folder: string, env: NodeJS.ProcessEnv, notebook: string): string {
  const holder = folderOfStore(defaultStorePath(folder, env));
  return relative(holder, notebook).split(sep).join("/");
}
