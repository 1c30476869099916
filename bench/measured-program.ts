import { fork } from "node:child_process";
import { once } from "node:events";

/** Runs one measurement in a process of its own, where nothing else has used the memory. @throws {Error} when it ends early. */
export async function measuredBy<Measured extends object>(program: string, args: readonly string[]): Promise<Measured> {
  const child = fork(program, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const [measured] = (await Promise.race([once(child, "message"), exited])) as [Measured | number | null];
  await exited;
  if (typeof measured !== "object" || measured === null)
    throw new Error(`Cannot measure ${args.join(" ")}: its process ended early`);
  return measured;
}
