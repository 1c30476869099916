import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { requireParameterName } from "../export/parameter-type.js";
import { fileError } from "../export/text-file.js";
import { runProgram } from "./run-program.js";

const HEADLESS = fileURLToPath(new URL("../../kernel/headless/main.js", import.meta.url));
const REGISTER = new URL("../export/register.js", import.meta.url).href;

interface RunFlags {
  readonly parameter: readonly string[];
  readonly out?: string;
}

/** `cellar run`: a notebook or a script, without Jupyter. */
export const runCommand = (): Command =>
  new Command("run")
    .description("run a notebook or a flow script, without Jupyter; ends with code 1 when a cell or a flow fails")
    .argument("<file>", "a notebook (.ipynb) or a script (.ts)")
    .argument("[flags...]", "flags of the script")
    .option("-p, --parameter <name=value>", "set a parameter (again for more)", collect, [])
    .option("-o, --out <notebook>", "write the notebook with its outputs")
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (file: string, flags: string[], options: RunFlags) => {
      const isNotebook = extname(file) === ".ipynb";
      const given = isNotebook ? readLateFlags(flags, options) : options;
      given.parameter.forEach(splitPair); // a slip there is told before anything else
      await requireProgram(file);
      process.exitCode = await (isNotebook ? runNotebook(file, given) : runScript(file, flags, given));
    });

const PROGRAM = /^\.(ipynb|[cm]?[jt]s|[jt]sx)$/;

/** Told before Node or the kernel start, which would do so with a stack. */
async function requireProgram(file: string): Promise<void> {
  const found = await stat(file).catch((cause) => {
    throw fileError("run", file, cause);
  });
  if (found.isDirectory()) throw new Error(`Cannot run ${JSON.stringify(file)}: it is a folder; name a file in it`);
  if (!PROGRAM.test(extname(file)))
    throw new Error(`Cannot run ${JSON.stringify(file)}: it is neither a notebook (.ipynb) nor a script (.ts, .js)`);
}

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

async function runNotebook(file: string, { parameter, out }: RunFlags): Promise<number> {
  const parameters = JSON.stringify(Object.fromEntries(parameter.map(splitPair)));
  const output = out === undefined ? [] : ["--out", out];
  return runProgram(process.execPath, [HEADLESS, file, "--parameters", parameters, ...output]);
}

async function runScript(file: string, flags: readonly string[], { parameter, out }: RunFlags): Promise<number> {
  if (out !== undefined) throw new Error("Cannot write a notebook with outputs: a script has none");
  const given = parameter.map(splitPair).map(([name, value]) => `--${name}=${value}`);
  return runProgram(process.execPath, ["--import", REGISTER, file, ...given, ...flags]);
}

/** What follows a file's name is left for scripts; a notebook's own flags may stand there as well. */
function readLateFlags(words: readonly string[], { parameter, out }: RunFlags): RunFlags {
  const late = new Command("run").exitOverride();
  late.option("-p, --parameter <name=value>", "", collect, [...parameter]).option("-o, --out <notebook>", "", out);
  late.parse([...words], { from: "user" });
  return late.opts<RunFlags>();
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf("=");
  if (at < 1) throw new Error(`Cannot read -p ${JSON.stringify(pair)}: write name=value`);
  return [requireParameterName(pair.slice(0, at)), pair.slice(at + 1)];
}
