import type { WriteStream } from "node:tty";
import { FINISHED_TYPES, type FlowRunRecord } from "../../src/contracts/records.js";
import { flowRunText, runTitle } from "../../src/display/flow-run-text.js";
import { formatDuration } from "../../src/display/human-units.js";
import type { ErrorContent } from "../protocol/messages.js";
import type { NotebookCell } from "./notebook-file.js";
import type { RunListener, RunOutcome } from "./run-notebook.js";

/** Tells a person in a terminal how a notebook's run goes: a line per cell, and one that changes in place. */
export class RunProgress implements RunListener {
  private label = "";
  private isLineOpen = false;
  private readonly shown = new Map<string, string>();

  constructor(
    private readonly terminal: WriteStream | NodeJS.WritableStream,
    private readonly output: NodeJS.WritableStream,
  ) {}

  begins(cell: NotebookCell, index: number, count: number): void {
    this.label = `[${index + 1}/${count}] ${cell.id ?? ""}`;
    this.redraw(this.label);
  }

  ended(_cell: NotebookCell, error: ErrorContent | undefined, ms: number): void {
    this.write(`${this.label}  ${error ? "failed" : "done"}  ${formatDuration(ms)}\n`);
    if (error) this.write(`${(this.isTerminal ? error.traceback : error.traceback.map(withoutColours)).join("\n")}\n`);
  }

  prints(name: "stdout" | "stderr", text: string): void {
    this.clearLine();
    (name === "stdout" ? this.output : this.terminal).write(text);
  }

  run(run: FlowRunRecord): void {
    const done = run.tasks.filter(({ state }) => FINISHED_TYPES.includes(state.type)).length;
    this.redraw(`${this.label}  ${run.flow}: ${done} of ${Math.max(run.tasks.length, run.graph.length)}`);
    if (run.endedAt === null) return;
    const title = runTitle(run);
    if (this.shown.get(run.id) === title) return;
    this.shown.set(run.id, title);
    this.write(`  ${title}\n`);
  }

  close({ failedRuns }: RunOutcome): void {
    for (const run of failedRuns) this.write(`${flowRunText(run)}\n`);
  }

  private get isTerminal(): boolean {
    return "isTTY" in this.terminal && this.terminal.isTTY;
  }

  private redraw(line: string): void {
    if (!this.isTerminal) return;
    this.clearLine();
    this.terminal.write(line.slice(0, (this.terminal as WriteStream).columns - 1));
    this.isLineOpen = true;
  }

  private write(text: string): void {
    this.clearLine();
    this.terminal.write(text);
  }

  private clearLine(): void {
    if (this.isLineOpen) this.terminal.write("\r\u001b[K");
    this.isLineOpen = false;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours begin with one
const withoutColours = (text: string): string => text.replaceAll(/\u001b\[[\d;]*m/g, "");
