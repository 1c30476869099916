import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { until } from "./until.js";

const CELLAR = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

/** What `cellar cluster` started. */
export interface StartedCluster {
  /** The URL that it prints. */
  readonly connection: string;
  readonly pid: number;
  /** All that was said so far. */
  readonly said: () => string;
  /** Ends it as Ctrl-C does; its exit code. */
  readonly end: () => Promise<number | null>;
}

/** Runs `cellar cluster` in a folder until its workers take orders. */
export async function startCellarCluster(folder: string, workers: number): Promise<StartedCluster> {
  const child = spawn(process.execPath, [CELLAR, "cluster", "--workers", String(workers)], { cwd: folder });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text) => {
      said += String(text);
    });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  await until(() => {
    if (child.exitCode !== null) throw new Error(`cellar cluster ended: ${said}`);
    return said.split("takes queue").length - 1 === workers;
  }, "the cluster's start");
  return {
    connection: /export CELLAR_QUEUE=(\S+)/.exec(said)![1]!,
    pid: child.pid!,
    said: () => said,
    end: () => {
      child.kill("SIGINT");
      return ended;
    },
  };
}
