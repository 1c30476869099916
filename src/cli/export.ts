import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import { text } from "node:stream/consumers";
import { Command, Option } from "commander";

interface ExportFlags {
  readonly out?: string;
  readonly format: "clean" | "percent";
  readonly check?: true;
  readonly json?: true;
}

/** `cellar export`: a notebook as a script. */
export const exportCommand = (): Command =>
  new Command("export")
    .description("write a notebook as a TypeScript script")
    .argument("<notebook>", "the notebook; - reads it from standard input")
    .option("-o, --out <script>", "file to write (default: standard output)")
    .addOption(
      new Option("--format <format>", "clean: what the flows need; percent: every cell, lossless")
        .choices(["clean", "percent"])
        .default("clean"),
    )
    .option("--check", "write nothing; end with code 1 when the script of --out is not up to date")
    .option("--json", "write script and warnings as JSON to standard output")
    .action(exportFile);

async function exportFile(notebook: string, { out, format, check, json }: ExportFlags): Promise<void> {
  const { exportNotebook } = await import("../export/export-notebook.js"); // the compiler is slow to load
  const from = notebook === "-" ? process.cwd() : dirname(resolve(notebook));
  const to = out === undefined ? from : dirname(resolve(out));
  const { script, warnings } = exportNotebook(parse(await readSource(notebook), notebook), {
    format,
    from: from.split(sep).join("/"),
    to: to.split(sep).join("/"),
  });
  if (json) {
    process.stdout.write(JSON.stringify({ script, warnings }));
    return;
  }
  for (const warning of warnings) process.stderr.write(`cellar: ${warning}\n`);
  if (check) return checkScript(script, out);
  if (out === undefined) process.stdout.write(script);
  else await writeFile(out, script);
}

async function checkScript(script: string, out: string | undefined): Promise<void> {
  if (out === undefined) throw new Error("Cannot check: name the script by --out");
  if (existsSync(out) && (await readFile(out, "utf8")) === script) return;
  throw new Error(`Cannot pass ${out}: it is not what the notebook gives now; export it again without --check`);
}

async function readSource(notebook: string): Promise<string> {
  if (notebook === "-") return text(process.stdin);
  try {
    return await readFile(notebook, "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new Error(`Cannot read ${notebook}: ${code === "ENOENT" ? "there is no such file" : message}`, { cause });
  }
}

function parse(source: string, notebook: string): unknown {
  try {
    return JSON.parse(source);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${notebook}: it is no notebook (${(cause as Error).message})`, { cause });
  }
}
