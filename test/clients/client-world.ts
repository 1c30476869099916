import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { installKernel, PYTHON } from "../kernel/install-kernel.js";

/** A cell with a flow of two tasks, whose result is its state. */
export const FLOW_CELL = `import { flow, task } from "cellar";
const load = task("load rows", () => [3, 4, 5]);
const sum = task("sum them", (rows: number[]) => rows.reduce((a, b) => a + b, 0));
const report = flow("report", () => {
  const total = sum(load());
  return { total };
});
await report.run();`;
/** A cell with the value that a task gave. */
export const VALUE_CELL = "(await sum([1, 2, 40]).run()).result";

/** The source of a code cell, with its tags. */
export type CellSource = string | { readonly source: string; readonly tags: readonly string[] };
/** A notebook as a client wrote it. */
export interface SavedNotebook {
  readonly cells: readonly SavedCell[];
}
export interface SavedCell {
  readonly source: string | readonly string[];
  readonly metadata: { readonly tags?: readonly string[] };
  readonly execution_count: number;
  /** Missing where it is no code cell. */
  readonly outputs: readonly SavedOutput[];
}
export interface SavedOutput {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | readonly string[];
  readonly data?: { readonly [mime: string]: unknown };
  readonly ename?: string;
}

const METADATA = {
  kernelspec: { name: "cellar", display_name: "TypeScript (Cellar)", language: "typescript" },
  language_info: { name: "typescript", file_extension: ".ts", nbconvert_exporter: "script" },
};

/** A folder with the kernel under test installed for Jupyter's own programs. */
export class ClientWorld {
  readonly folder = mkdtempSync(join(tmpdir(), "cellar-client-"));
  private readonly env: NodeJS.ProcessEnv;

  constructor() {
    installKernel(this.folder);
    this.env = {
      ...process.env,
      JUPYTER_PATH: this.folder,
      JUPYTER_RUNTIME_DIR: join(this.folder, "runtime"),
      JUPYTER_CONFIG_DIR: join(this.folder, "config"),
      IPYTHONDIR: join(this.folder, "ipython"),
      CELLAR_HISTORY: join(this.folder, "history.db"),
      PYTHONUNBUFFERED: "1",
      TERM: "dumb",
    };
  }

  /** Writes a notebook of code cells. */
  writeNotebook(name: string, cells: readonly CellSource[], metadata: object = METADATA): void {
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata,
      cells: cells
        .map((cell) => (typeof cell === "string" ? { source: cell, tags: [] } : cell))
        .map(({ source, tags }, at) => ({
          cell_type: "code",
          id: `cell-${at}`,
          metadata: { tags },
          execution_count: null,
          outputs: [],
          source,
        })),
    };
    writeFileSync(join(this.folder, name), JSON.stringify(notebook));
  }

  /** Runs Python with these arguments to its end. */
  async python(args: readonly string[], input = ""): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const run = spawn(PYTHON, args, { cwd: this.folder, env: this.env, stdio: ["pipe", "pipe", "pipe"] });
    const ended = new Promise<number | null>((resolve) => run.once("close", resolve));
    run.stdin.end(input);
    const [stdout, stderr] = await Promise.all([text(run.stdout), text(run.stderr)]);
    return { code: await ended, stdout, stderr };
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  /** Kernel and session processes that serve this folder and still live. */
  leftProcesses(): string[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => environmentOf(pid).includes(`JUPYTER_RUNTIME_DIR=${this.folder}/`));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return ""; // it ended just now, or is another user's
  }
}
