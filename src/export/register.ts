/**
 * `node --import cellar/register flow.ts`: loads TypeScript files as ES modules in any folder, whatever its
 * package.json says, with the same transformation as cells, so that cache keys are the same.
 */
import { register } from "node:module";

register("./script-hooks.js", import.meta.url);
process.setSourceMapsEnabled(true);
