import { Command } from "commander";
import { runInstaller } from "./install.js";

/** `cellar doctor`: what is installed where, what is wrong, and the command that mends it. */
export const doctorCommand = (): Command =>
  new Command("doctor")
    .description("tell what is installed where, what is wrong and how to mend it")
    .action(() => runInstaller(["doctor"]));
