import { existsSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { Command, Option } from "commander";
import { nameOf, readNotebookFile } from "../export/read-notebook-file.js";
import { readText, writeText } from "../export/text-file.js";
import { complain, printJson } from "./say.js";

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
  const { json: content } = await readNotebookFile(notebook);
  const { script, warnings } = exportNotebook(content, {
    name: nameOf(notebook),
    format,
    from: from.split(sep).join("/"),
    to: to.split(sep).join("/"),
  });
  if (json) {
    printJson({ script, warnings });
    return;
  }
  for (const warning of warnings) complain(warning);
  if (check) return checkScript(script, out, format);
  if (out === undefined) process.stdout.write(script);
  else await writeText(out, script);
}

async function checkScript(script: string, out: string | undefined, format: "clean" | "percent"): Promise<void> {
  if (out === undefined) throw new Error("Cannot check: name the script by --out");
  const { sameScript } = await import("../export/same-script.js");
  if (existsSync(out) && sameScript(await readText(out), script, format)) return;
  throw new Error(
    `Cannot pass ${JSON.stringify(out)}: it is not what the notebook gives now; export it again without --check`,
  );
}
