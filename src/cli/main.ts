#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { clusterCommand } from "./cluster.js";
import { doctorCommand } from "./doctor.js";
import { exportCommand } from "./export.js";
import { gcCommand } from "./gc.js";
import { importCommand } from "./import.js";
import { installCommand, uninstallCommand } from "./install.js";
import { labCommand } from "./lab.js";
import { runCommand } from "./run.js";
import { runsCommand } from "./runs.js";
import { complain } from "./say.js";
import { showCommand } from "./show.js";
import { workerCommand } from "./worker.js";
import { workersCommand } from "./workers.js";

const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

const program = new Command("cellar")
  .description("TypeScript pipelines in a notebook whose results keep")
  .version(version)
  .enablePositionalOptions(); // what follows a script's name belongs to the script
for (const command of [
  labCommand,
  runCommand,
  exportCommand,
  importCommand,
  runsCommand,
  showCommand,
  gcCommand,
  workerCommand,
  workersCommand,
  clusterCommand,
  installCommand,
  uninstallCommand,
  doctorCommand,
])
  program.addCommand(command());

try {
  await program.parseAsync();
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
