import { randomUUID } from "node:crypto";
import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const NAME = /^cellar-spool-(\d+)-/;

let folder: string | undefined;

/**
 * The folder for streams of runs without a store: removed when this process ends. What a killed process left is
 * removed by the next one that asks.
 */
export function spoolFolder(): string {
  if (folder !== undefined) return folder;
  removeAbandoned();
  const made = join(tmpdir(), `cellar-spool-${process.pid}-${randomUUID()}`);
  process.on("exit", () => remove(made));
  folder = made;
  return made;
}

function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) remove(join(tmpdir(), name));
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH"; // somebody else's may not be asked
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // another person's, or still open there
  }
}
