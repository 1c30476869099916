import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { runProgram } from "./run-program.js";

const INSTALLER = fileURLToPath(new URL("../../../install.js", import.meta.url));

/** `cellar install`: puts kernelspec and JupyterLab extension into a Jupyter data folder. */
export const installCommand = (): Command =>
  withPlace(new Command("install").description("install the kernel and the JupyterLab extension"), []);

/** `cellar uninstall`: takes them out again. */
export const uninstallCommand = (): Command =>
  withPlace(new Command("uninstall").description("remove the kernel and the JupyterLab extension"), ["uninstall"]);

/** Runs install.js, which has no part of ours, since it also sets up what we need. */
export async function runInstaller(args: readonly string[]): Promise<void> {
  process.exitCode = await runProgram(process.execPath, [INSTALLER, ...args]);
}

interface PlaceFlags {
  readonly user?: true;
  readonly sysPrefix?: true;
  readonly prefix?: string;
}

function withPlace(command: Command, words: readonly string[]): Command {
  return command
    .option("--user", "for this user (default)")
    .option("--sys-prefix", "into the current Python environment")
    .option("--prefix <folder>", "into <folder>/share/jupyter")
    .action(({ sysPrefix, prefix }: PlaceFlags) => {
      const place = prefix !== undefined ? ["--prefix", prefix] : [sysPrefix ? "--sys-prefix" : "--user"];
      return runInstaller([...words, ...place]);
    });
}
