import { Command } from "commander";
import { flowRunText } from "../display/flow-run-text.js";
import { withStore, withStoreFlag } from "./existing-store.js";

/** `cellar show`: one run with its tasks. */
export const showCommand = (): Command =>
  withStoreFlag(new Command("show").description("show a flow run with its tasks"))
    .argument("<run>", "id of the run, as `cellar runs` lists it")
    .option("--json", "as JSON")
    .action(async (id: string, { store: path, json }: { store?: string; json?: true }) => {
      const run = await withStore(path, (store) => store.flowRun(id));
      if (!run) throw new RangeError(`Cannot show the run ${JSON.stringify(id)}: the store has none with this id`);
      console.log(json ? JSON.stringify(run, null, 2) : flowRunText(run));
    });
