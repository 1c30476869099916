import { statSync } from "node:fs";
import type { InitializeHook, LoadHook, ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";
import type { MessagePort } from "node:worker_threads";
import type { LoadedFile } from "./thread-messages.js";

/** Runs in Node's loader thread: loads a task's local modules as a script's, and tells which they are. */

const LIBRARY = new URL("../../", import.meta.url).href;
const TYPESCRIPT = /\.[mc]?tsx?$/;
/** Brings the compiler along, so only where a file needs it. */
const scriptHooks = () => import("../../export/script-hooks.js");

let port: MessagePort | undefined;

export const initialize: InitializeHook<MessagePort> = (given) => {
  port = given;
};

export const resolve: ResolveHook = async (specifier, context, next) => {
  if (specifier === "cellar") return { url: `${LIBRARY}index.js`, format: "module", shortCircuit: true };
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!/^\.{1,2}\//.test(specifier)) throw error;
    return (await scriptHooks()).resolve(specifier, context, next);
  }
};

export const load: LoadHook = async (url, context, next) => {
  if (!url.startsWith("file:") || url.startsWith(LIBRARY) || url.includes("/node_modules/")) return next(url, context);
  const path = fileURLToPath(url);
  port?.postMessage({ path, changed: statSync(path).mtimeMs } satisfies LoadedFile);
  return TYPESCRIPT.test(path) ? (await scriptHooks()).load(url, context, next) : next(url, context);
};
