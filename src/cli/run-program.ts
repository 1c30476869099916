import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/**
 * Runs a program in this terminal to its end and gives its exit code; SIGTERM is passed on, ^C reaches it by
 * itself. @throws {Error} when it does not start.
 */
export function runProgram(program: string, args: readonly string[], options: SpawnOptions = {}): Promise<number> {
  return programEnd(spawn(program, args, { stdio: "inherit", ...options }), program);
}

/** The exit code of a child of ours. */
export function programEnd(child: ChildProcess, program: string): Promise<number> {
  const terminate = (): void => void child.kill("SIGTERM");
  const leaveToChild = (): void => {}; // a terminal sends ^C to both; ours is to wait for its end
  process.on("SIGTERM", terminate);
  process.on("SIGINT", leaveToChild);
  return new Promise<number>((resolve, reject) => {
    child.once("error", (cause) => reject(new Error(`Cannot start ${program}: ${cause.message}`, { cause })));
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  }).finally(() => {
    process.off("SIGTERM", terminate);
    process.off("SIGINT", leaveToChild);
  });
}
