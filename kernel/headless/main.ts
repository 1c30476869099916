/**
 * Runs a notebook without Jupyter: `node main.js <notebook> [--out file] [--parameters json] [--json]`. Tells its
 * progress on stderr, what cells print on stdout; exit code 1 when a cell or a flow run failed, 130 on ^C.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { readNotebookFile } from "../../src/export/read-notebook-file.js";
import { endOf } from "../../src/export/script-end.js";
import { type RunRequest, runNotebook } from "./run-notebook.js";
import { RunProgress } from "./run-progress.js";

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: "string" },
      parameters: { type: "string", default: "{}" },
      json: { type: "boolean", default: false },
    },
  });
  const path = resolve(positionals[0] ?? "");
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupted.abort());
  const request: RunRequest = {
    path,
    file: await readNotebookFile(positionals[0] ?? ""),
    parameters: JSON.parse(values.parameters) as { [name: string]: string },
    out: values.out === undefined ? null : resolve(values.out),
    signal: interrupted.signal,
  };
  const progress = new RunProgress(process.stderr, values.json ? process.stderr : process.stdout);
  const outcome = await runNotebook(request, progress);
  progress.close(outcome);
  const failed = outcome.error !== undefined || outcome.failedRuns.length > 0;
  const code = interrupted.signal.aborted ? 130 : failed ? 1 : 0;
  if (values.json) {
    const error = outcome.error && { name: outcome.error.ename, message: outcome.error.evalue };
    console.log(JSON.stringify({ code, runs: outcome.runs.map(endOf), ...(error && { error }) }));
  }
  return code;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`cellar: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
