import { existsSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import type { SessionSetup } from "../links/session-calls.js";

/** The file of the store for a notebook's folder: CELLAR_STORE, or `.cellar/store.db` there. */
export function storePath(folder: string, env: NodeJS.ProcessEnv): string {
  return resolve(folder, env.CELLAR_STORE || ".cellar/store.db");
}

/**
 * Where the kernel's notebook is. Jupyter starts a kernel in the notebook's folder and names the notebook in
 * JPY_SESSION_NAME; a console's name is no file.
 */
export function sessionSetup(folder: string, env: NodeJS.ProcessEnv): SessionSetup {
  const name = env.JPY_SESSION_NAME;
  const notebook = name ? resolve(folder, name) : null;
  if (!notebook || !(notebook.endsWith(".ipynb") || existsSync(notebook))) return { folder, notebook: null };
  const store = dirname(storePath(folder, env));
  const holder = basename(store) === ".cellar" ? dirname(store) : store;
  return { folder, notebook: relative(holder, notebook).split(sep).join("/") };
}
