import { readConnectionFile } from "./protocol/connection-file.js";
import { Kernel } from "./wire/kernel.js";
import { watchParent } from "./wire/parent-watch.js";

/** The kernel's program: `node main.js <connection file> [--unsigned]`. */
async function main(args: readonly string[]): Promise<void> {
  const [path] = args.filter((arg) => !arg.startsWith("--"));
  if (!path) throw new Error("Cannot start the kernel: the connection file is not named");
  const kernel = await Kernel.start(readConnectionFile(path, args.includes("--unsigned")), () => process.exit(0));
  process.on("SIGINT", () => kernel.interrupt());
  process.on("SIGTERM", () => void kernel.stop());
  watchParent(process.env.JPY_PARENT_PID, () => void kernel.stop());
}

main(process.argv.slice(2)).catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
