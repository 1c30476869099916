import { contentHash } from "../result/content-hash.js";
import type { State } from "../state/states.js";
import type { Hashes } from "../task/validators.js";
import type { CacheMemory, TaskRun } from "./task-run.js";

/** A result made from the same source and inputs, not too old; undefined when there is none. */
export async function lookUp(run: TaskRun): Promise<State | undefined> {
  const key = cacheKeyOf(run);
  if (key === undefined) return undefined;
  const found = await run.scope.findCached(key);
  run.reason = found ? `cache hit: key ${key.slice(0, 12)}` : `no cached result: key ${key.slice(0, 12)}`;
  return found;
}

/** What to keep so that a later run finds this result; undefined when it may not. */
export function cacheMemoryOf(run: TaskRun, cacheForMs: number): CacheMemory | undefined {
  const key = cacheKeyOf(run);
  if (key === undefined) return undefined;
  const { inputs, parameters } = run.keys!;
  return {
    key,
    expires: Math.min(run.scope.clock.now() + cacheForMs, Number.MAX_SAFE_INTEGER),
    hashedInputs: inputs as { [name: string]: string },
    cachedParameters: parameters as { [name: string]: string },
  };
}

/** Undefined where caching is off for this call; `run.reason` then says why. Never yields a false hit. */
function cacheKeyOf(run: TaskRun): string | undefined {
  const { cacheValidator, cacheKey } = run.call.task.settings;
  if (!run.keys) return undefined;
  const { source, inputs, parameters } = run.keys;
  const covered = cacheValidator.covers(inputs, parameters);
  if (!covered) return undefined;
  const problem = source.problem ?? unhashed(covered);
  if (problem !== null || source.key === null) {
    run.reason = `not cached: ${problem}`;
    return undefined;
  }
  const parts = Object.entries(covered).sort(([a], [b]) => (a < b ? -1 : 1));
  return contentHash(JSON.stringify(["cache", cacheKey ?? run.call.task.name, source.key, cacheValidator.name, parts]));
}

function unhashed(hashes: Hashes): string | null {
  const missing = Object.keys(hashes).find((name) => hashes[name] === null);
  return missing === undefined ? null : `input "${missing}" cannot be compared`;
}
