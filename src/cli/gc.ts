import { Command } from "commander";
import { formatBytes } from "../display/human-units.js";
import { type Duration, durationMs } from "../task/duration.js";
import { readCount } from "./count.js";
import { withStore, withStoreFlag } from "./existing-store.js";

interface GcFlags {
  readonly store?: string;
  readonly olderThan: Duration;
  readonly keepLast: number;
  readonly dryRun: boolean;
}

/** `cellar gc`: removes old runs and the results that only they refer to. */
export const gcCommand = (): Command =>
  withStoreFlag(new Command("gc").description("remove old runs and results that nothing refers to"))
    .option("--older-than <duration>", 'runs that ended before, such as "30d"', "30d")
    .option("--keep-last <count>", "but not the newest of each place", readCount, 5)
    .option("--dry-run", "only tell what would go", false)
    .action(async ({ store: path, olderThan, keepLast, dryRun }: GcFlags) => {
      const ask = {
        olderThan: Date.now() - durationMs(olderThan, "--older-than"),
        keepLast,
        dryRun,
      };
      const { runs, results, bytes } = await withStore(path, (store) => store.gc(ask));
      console.log(`${dryRun ? "would remove" : "removed"} ${runs} runs, ${results} results, ${formatBytes(bytes)}`);
    });
