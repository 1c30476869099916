import { LanguageThread } from "./wire/language-thread.js";
import { memoryLimit } from "./wire/memory-limit.js";
import { notebookPath } from "./wire/place.js";

/** How long the threads and the last writes may take once nobody needs the kernel any more. */
const LONGEST_END_MS = 8000;

/** The kernel's program: `node main.js <connection or registration file> [--unsigned]`. */
async function main(args: readonly string[]): Promise<void> {
  const [path] = args.filter((arg) => !arg.startsWith("--"));
  if (!path) throw new Error("Cannot start the kernel: the connection file is not named");
  memoryLimit(process.env); // a setting that cannot be used is told now, not by the first cell
  const language = new LanguageThread({ folder: process.cwd(), notebook: notebookPath(process.cwd(), process.env) });
  language.warmUp();
  // Loaded meanwhile: the compiler takes longer than all the rest.
  const [{ readConnectionFile }, { Kernel }, { watchParent }] = await Promise.all([
    import("./protocol/connection-file.js"),
    import("./wire/kernel.js"),
    import("./wire/parent-watch.js"),
  ]);
  const connection = readConnectionFile(path, args.includes("--unsigned"));
  const kernel = await Kernel.start(connection, language, () => process.exit(0));
  process.on("SIGINT", () => kernel.interrupt());
  const end = (): void => {
    // A thread in the middle of a native call (a huge JSON) keeps the process from ending by itself.
    setTimeout(() => process.kill(process.pid, "SIGKILL"), LONGEST_END_MS);
    void kernel.stop();
  };
  process.on("SIGTERM", end);
  watchParent(process.env.JPY_PARENT_PID, end);
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
