import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SPEC = join(ROOT, "kernel", "kernelspec");
const MAIN = fileURLToPath(new URL("../../kernel/main.js", import.meta.url));

/** The Python of the project's own environment, which has Jupyter. */
export const PYTHON = join(ROOT, ".venv", "bin", "python");

/** Installs the kernel under test into a data folder, for JUPYTER_PATH. */
export function installKernel(dataFolder: string): void {
  const folder = join(dataFolder, "kernels", "cellar");
  mkdirSync(folder, { recursive: true });
  cpSync(SPEC, folder, { recursive: true });
  const spec = JSON.parse(readFileSync(join(SPEC, "kernel.json"), "utf8")) as { argv: string[] };
  const filled: Record<string, string> = { "{node}": process.execPath, "{main}": MAIN };
  const argv = spec.argv.map((word) => filled[word] ?? word);
  writeFileSync(join(folder, "kernel.json"), JSON.stringify({ ...spec, argv }));
}
