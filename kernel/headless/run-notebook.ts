import type { Json } from "../../src/contracts/json.js";
import { FAILED_TYPES, FLOW_RUN_MIME, type FlowRunRecord } from "../../src/contracts/records.js";
import type { NotebookText } from "../../src/export/read-notebook-file.js";
import { replaceText } from "../../src/export/text-file.js";
import type { ErrorContent } from "../protocol/messages.js";
import { CellOutputs } from "./cell-outputs.js";
import { HeadlessKernel } from "./headless-kernel.js";
import { injectParameters } from "./inject-parameters.js";
import { type NotebookCell, type NotebookFile, raisedNotebook, textOf } from "./notebook-file.js";

/** What a run tells while it goes on. */
export interface RunListener {
  begins(cell: NotebookCell, index: number, count: number): void;
  ended(cell: NotebookCell, error: ErrorContent | undefined, ms: number): void;
  prints(name: "stdout" | "stderr", text: string): void;
  /** A flow run changed. */
  run(run: FlowRunRecord): void;
}

export interface RunRequest {
  /** Absolute path. */
  readonly path: string;
  /** What that file has. */
  readonly file: NotebookText;
  /** By name, as they were written. */
  readonly parameters: { readonly [name: string]: string };
  /** Where the notebook is written with its outputs, after each cell; null: nowhere. */
  readonly out: string | null;
  readonly signal: AbortSignal;
}

export interface RunOutcome {
  /** The error that ended the run; the cells behind it did not run. */
  readonly error: ErrorContent | undefined;
  /** Flow runs shown by the cells, each as it stands last. */
  readonly runs: readonly FlowRunRecord[];
  /** Those of them whose state is a failed one; a run that waits for a person or a retry is none. */
  readonly failedRuns: readonly FlowRunRecord[];
}

/** Runs a notebook's code cells in order, until one fails. @throws {Error} naming a parameter that does not fit, before anything runs. */
export async function runNotebook(request: RunRequest, listener: RunListener): Promise<RunOutcome> {
  const given = raisedNotebook(request.file);
  const { cells, values } = await injectParameters(given.cells, request.parameters);
  const notebook: NotebookFile = { ...given, cells };
  const code = cells.filter((cell) => cell.cell_type === "code" && textOf(cell).trim() !== "");
  const write = async (): Promise<void> => {
    if (request.out !== null) await replaceText(request.out, `${JSON.stringify(notebook, null, 1)}\n`);
  };
  await write(); // a place that cannot be written is told before anything runs
  const outputs = new CellOutputs();
  const kernel = new HeadlessKernel(request.path, {
    print: (cell, name, text) => {
      outputs.print(cell, name, text);
      listener.prints(name, text);
    },
    output: (cell, output) => {
      if (output.kind === "stream") {
        outputs.print(cell, output.name, output.text);
        listener.prints(output.name, output.text);
      } else if (output.kind === "error") outputs.fail(cell, output.error);
      else if (output.kind === "clear") outputs.clear(cell, output.wait);
      else if (output.kind === "display") {
        outputs.show(cell, output);
        const run = output.data[FLOW_RUN_MIME];
        if (run !== undefined) listener.run(run as unknown as FlowRunRecord);
      }
    },
  });
  const stopOnAbort = (): void => kernel.interrupt();
  request.signal.addEventListener("abort", stopOnAbort);
  const startedAt = new Date();
  let error: ErrorContent | undefined;
  try {
    for (const [index, cell] of code.entries()) {
      const cellStartedAt = new Date();
      listener.begins(cell, index, code.length);
      error = await kernel.run(cell.id!, textOf(cell), index + 1);
      if (error) outputs.fail(cell.id!, error);
      cell.execution_count = index + 1;
      cell.metadata.papermill = timing(cellStartedAt, error !== undefined);
      for (const each of code) each.outputs = outputs.of(each.id!); // an output may be of an earlier cell
      listener.ended(cell, error, Date.now() - cellStartedAt.getTime());
      notebook.metadata.papermill = {
        ...timing(startedAt, error !== undefined),
        input_path: request.path,
        output_path: request.out,
        parameters: values,
      };
      await write();
      if (error || request.signal.aborted) break;
    }
  } finally {
    request.signal.removeEventListener("abort", stopOnAbort);
    await kernel.stop();
  }
  const runs = code.flatMap((cell) => outputs.dataOf(cell.id!, FLOW_RUN_MIME)) as unknown as FlowRunRecord[];
  const latest = [...new Map(runs.map((run) => [run.id, run])).values()];
  return { error, runs: latest, failedRuns: latest.filter(({ state }) => FAILED_TYPES.includes(state.type)) };
}

/** As papermill notes it. */
const timing = (startedAt: Date, failed: boolean): { [key: string]: Json } => ({
  start_time: startedAt.toISOString(),
  end_time: new Date().toISOString(),
  duration: (Date.now() - startedAt.getTime()) / 1000,
  exception: failed,
});
