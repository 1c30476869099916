import { existsSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { defaultStorePath, folderOfStore } from "../../src/store/store-path.js";
import type { SessionSetup } from "../links/session-calls.js";

/**
 * Where the kernel's notebook is. Jupyter starts a kernel in the notebook's folder and names the notebook in
 * JPY_SESSION_NAME; a console's name is no file.
 */
export function sessionSetup(folder: string, env: NodeJS.ProcessEnv): SessionSetup {
  const name = env.JPY_SESSION_NAME;
  const notebook = name ? resolve(folder, name) : null;
  if (!notebook || !(notebook.endsWith(".ipynb") || existsSync(notebook))) return { folder, notebook: null };
  const holder = folderOfStore(defaultStorePath(folder, env));
  return { folder, notebook: relative(holder, notebook).split(sep).join("/") };
}
