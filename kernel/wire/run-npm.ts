import { spawn } from "node:child_process";
import { StringDecoder } from "node:string_decoder";

const IS_WINDOWS = process.platform === "win32";

export interface NpmRun {
  /** The notebook's. */
  readonly folder: string;
  readonly print: (name: "stdout" | "stderr", text: string) => void;
  /** Rejects when the person interrupts. */
  readonly interrupted: Promise<never>;
}

/** Runs npm for a cell in the notebook's folder, its output shown as it comes. @throws {Error} when npm fails. */
export async function runNpm(args: readonly string[], { folder, print, interrupted }: NpmRun): Promise<void> {
  const child = spawn("npm", args, {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    shell: IS_WINDOWS, // npm is a script there
    detached: !IS_WINDOWS, // a group of its own: an interrupt ends what npm started too
    env: { ...process.env, npm_config_update_notifier: "false", npm_config_fund: "false" },
  });
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new StringDecoder("utf8");
    child[name].on("data", (bytes: Buffer) => print(name, decoder.write(bytes)));
  }
  const command = `npm ${args.join(" ")}`;
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", (cause) => reject(new Error(`Cannot run "${command}": ${cause.message}`, { cause })));
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`Cannot run "${command}": npm ended with ${signal ?? `code ${code}`}; what it said stands above`),
        );
    });
  });
  ended.catch(() => {}); // an interrupted cell does not wait for it
  let isOver = false;
  try {
    await Promise.race([ended.finally(() => (isOver = true)), interrupted]);
  } finally {
    if (!isOver && child.pid !== undefined) process.kill(IS_WINDOWS ? child.pid : -child.pid, "SIGTERM");
  }
}
