import { readFile, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { writeNotebook } from "../export/notebook.js";
import { fromPercentScript } from "../export/percent-script.js";

/** `cellar import`: a percent script as a notebook. */
export const importCommand = (): Command =>
  new Command("import")
    .description("write a percent script (// %% between cells) as a notebook")
    .argument("<script>", "the script")
    .requiredOption("-o, --out <notebook>", "file to write")
    .action(async (script: string, { out }: { out: string }) => {
      await writeFile(out, writeNotebook(fromPercentScript(await readFile(script, "utf8"))));
    });
