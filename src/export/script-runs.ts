/**
 * The flow runs of a script that `cellar run` or `node --import cellar/register` started: each is told on standard
 * error as of a notebook, and one that did not succeed ends the script with code 1, unless it set its own.
 */
import { writeSync } from "node:fs";
import { type FlowRunRecord, SUCCESSFUL_TYPES } from "../contracts/records.js";
import { flowRunText, runTitle } from "../display/flow-run-text.js";
import { block } from "../display/plain-text.js";
import type { LiveRun } from "../engine/host/host.js";
import { ScriptHost } from "../engine/host/script-host.js";
import { installEngine } from "../engine/install.js";
import { currentTask } from "../task/context.js";
import { END_FD, endOf, type ScriptEnd } from "./script-end.js";
import { prefixOf, prefixTaskLines } from "./task-lines.js";

class ReportingHost extends ScriptHost {
  readonly #runs = new Map<string, LiveRun>();

  override began(run: LiveRun): void {
    const { id } = run.current();
    this.#runs.delete(id); // an attempt more: it stands last
    this.#runs.set(id, run);
    run.onLine(({ taskRunId, text }) => {
      const task = currentTask() ? undefined : run.current().tasks.find((each) => each.id === taskRunId);
      process.stderr.write(`${task ? prefixOf({ taskName: task.name, mapIndex: task.mapIndex }) : ""}${block(text)}\n`);
    });
    void run.ended.then(() => process.stderr.write(`  ${runTitle(run.current())}\n`));
  }

  /** As they stand now, each once, whatever attempts it took. */
  runs(): FlowRunRecord[] {
    return [...this.#runs.values()].map((run) => run.current());
  }
}

/** Reports the runs of this process from now on. Called once, before the script is loaded. */
export function reportRuns(): void {
  const host = new ReportingHost(process.argv[1]);
  installEngine(host);
  prefixTaskLines();
  const endFd = process.env[END_FD];
  delete process.env[END_FD];
  process.on("exit", (code) => {
    const runs = host.runs();
    const failed = runs.filter(({ state }) => !SUCCESSFUL_TYPES.includes(state.type));
    for (const run of failed) writeSync(2, `${flowRunText(run)}\n`);
    if (failed.length > 0 && code === 0 && process.exitCode === undefined) process.exitCode = 1;
    if (endFd !== undefined) writeSync(Number(endFd), JSON.stringify({ runs: runs.map(endOf) } satisfies ScriptEnd));
  });
}
