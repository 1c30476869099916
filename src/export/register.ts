/**
 * `node --import cellar/register flow.ts`: loads TypeScript files as ES modules in any folder, whatever its
 * package.json says, with the same transformation as cells, so that cache keys are the same. Flow runs are reported.
 */
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";
import { reportRuns } from "./script-runs.js";

register("./script-hooks.js", import.meta.url);
process.setSourceMapsEnabled(true);
if (isMainThread) reportRuns(); // a thread has no end of its own to tell
