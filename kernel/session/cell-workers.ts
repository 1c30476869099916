import { syncBuiltinESMExports } from "node:module";
import { fileURLToPath } from "node:url";
import workers, { type WorkerOptions } from "node:worker_threads";
import { isInstalled } from "../../src/modules/find-file.js";

/** Loads TypeScript in the new thread, as it does for scripts: a thread does not inherit the hooks of this one. */
const REGISTER = new URL("../../src/export/register.js", import.meta.url).href;
const TYPESCRIPT = /\.[cm]?tsx?$/;

/** Lets `new Worker` take the author's own TypeScript files, by path or URL. */
export function installCellWorkers(): void {
  const Native = workers.Worker;
  class Worker extends Native {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      super(file, isAuthorsTypeScript(file, options) ? withTypeScript(options) : options);
    }
  }
  workers.Worker = Worker;
  syncBuiltinESMExports();
}

function isAuthorsTypeScript(file: unknown, { eval: isText }: WorkerOptions): boolean {
  if (isText === true) return false;
  const path = file instanceof URL ? (file.protocol === "file:" ? fileURLToPath(file) : "") : String(file);
  return TYPESCRIPT.test(path) && !isInstalled(path);
}

const withTypeScript = (options: WorkerOptions): WorkerOptions => ({
  ...options,
  execArgv: [...(options.execArgv ?? []), "--import", REGISTER],
});
