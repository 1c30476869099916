import { Command } from "commander";
import { writeNotebook } from "../export/notebook.js";
import { fromPercentScript } from "../export/percent-script.js";
import { readText, replaceText } from "../export/text-file.js";

/** `cellar import`: a percent script as a notebook. */
export const importCommand = (): Command =>
  new Command("import")
    .description("write a percent script (// %% between cells) as a notebook")
    .argument("<script>", "the script; - reads it from standard input")
    .requiredOption("-o, --out <notebook>", "file to write")
    .action(async (script: string, { out }: { out: string }) => {
      await replaceText(out, writeNotebook(fromPercentScript(await readText(script))));
    });
