import { toErrorRecord } from "../../links/error-record.js";
import { contentHash } from "../../result/content-hash.js";
import type { Cached, State } from "../../state/states.js";
import type { Hashes } from "../../task/validators.js";
import type { RunScope } from "../task/step.js";
import { type CacheEntry, type ExecutionKeys, passOf, type TaskExecution } from "../task/task-execution.js";
import { inputChange, sourceChange } from "./changes.js";

/** A result made from the same source and inputs, not too old; undefined when there is none. A look-up that fails is a miss. */
export async function lookUp(run: TaskExecution, scope: RunScope): Promise<State | undefined> {
  try {
    return await find(run, scope);
  } catch (thrown) {
    run.cache = null;
    run.reason = `cache miss: looking for a result failed: ${toErrorRecord(thrown).message}`;
    return undefined;
  }
}

async function find(run: TaskExecution, scope: RunScope): Promise<State | undefined> {
  const key = cacheKeyOf(run);
  if (key === undefined) return undefined;
  const found = await scope.findCached(key);
  if (found) run.cache = entryOfHit(found, key, run); // the row that is written over may be the one that was found
  run.reason = found ? `cache hit: key ${key.slice(0, 12)}` : await missReason(run, scope);
  const { inputs, parameters } = keysOf(run);
  return found?.with({ hashedInputs: known(inputs), cachedParameters: known(parameters) });
}

/** A result that was taken may be taken again, as long as it could before. */
function entryOfHit({ cachedResultExpiration: expires }: Cached, key: string, run: TaskExecution): CacheEntry | null {
  if (expires === null) return null;
  const { inputs, parameters } = keysOf(run);
  return { key, expires: expires.getTime(), hashedInputs: known(inputs), cachedParameters: known(parameters) };
}

/** Why there was nothing to take: what differs from the last time this task ran here. */
async function missReason(run: TaskExecution, scope: RunScope): Promise<string> {
  const before = run.previous ?? (await scope.ranBefore(run));
  const { memory } = before ?? {};
  if (!memory?.sourceKey) return "cache miss: nothing was made from the same yet";
  const keys = keysOf(run);
  const source = sourceChange(memory, keys);
  if (source !== null) return `cache miss: ${source}`;
  const { cacheValidator } = run.call.task.settings;
  const covers = (inputs: Hashes) => cacheValidator.covers(inputs, {}) ?? {};
  const inputs = inputChange(memory, keys, { covers, verb: " changed" });
  if (inputs !== null) return `cache miss: ${inputs}`;
  const { cacheExpires } = memory;
  if (cacheExpires !== null && cacheExpires <= scope.clock.now())
    return `cache miss: the result expired at ${new Date(cacheExpires).toISOString()}`;
  return "cache miss: nothing that is young enough was made from the same";
}

/** Why a Cached state that was given may not be taken, by the task's own validator; null when it may. */
export function invalidity(state: Cached, run: TaskExecution, scope: RunScope): string | null {
  const { clock } = scope;
  const expires = state.cachedResultExpiration;
  if (expires !== null && expires.getTime() <= clock.now()) return `it expired at ${expires.toISOString()}`;
  const now = covered(run);
  if (typeof now === "string") return now;
  const { cacheValidator } = run.call.task.settings;
  const then = cacheValidator.covers(state.hashedInputs ?? {}, (state.cachedParameters ?? {}) as Hashes);
  if (!now || !then) return `${cacheValidator.name} never takes one`;
  const names = new Set([...Object.keys(then), ...Object.keys(now)]);
  for (const name of names) {
    if (now[name] !== then[name])
      return then[name] === undefined ? `it does not say its "${name}"` : `"${name}" changed`;
  }
  return null;
}

/** What to keep so that a later run finds this result; undefined when it may not. */
export function cacheEntryOf(run: TaskExecution, scope: RunScope, cacheForMs: number): CacheEntry | undefined {
  const key = cacheKeyOf(run);
  if (key === undefined) return undefined;
  const { inputs, parameters } = keysOf(run);
  return {
    key,
    expires: Math.min(scope.clock.now() + cacheForMs, Number.MAX_SAFE_INTEGER),
    hashedInputs: known(inputs),
    cachedParameters: known(parameters),
  };
}

/** Undefined where caching is off for this call; `run.reason` then says why. Never yields a false hit. */
function cacheKeyOf(run: TaskExecution): string | undefined {
  const { cacheValidator, cacheKey } = run.call.task.settings;
  const { keys } = passOf(run);
  if (!keys) return undefined;
  const { source } = keys;
  const hashes = covered(run);
  if (!hashes) return undefined;
  if (typeof hashes === "string" || source.problem !== null || source.key === null) {
    run.reason = `cache off: ${source.problem ?? (hashes as string)}`;
    return undefined;
  }
  const parts = Object.entries(hashes).sort(([a], [b]) => (a < b ? -1 : 1));
  return contentHash(JSON.stringify(["cache", cacheKey ?? run.call.task.name, source.key, cacheValidator.name, parts]));
}

/** What must be equal, by the task's validator; in words what of it there is not; undefined where it never takes one. */
function covered(run: TaskExecution): Hashes | string | undefined {
  const { cacheValidator } = run.call.task.settings;
  const { inputs, parameters } = keysOf(run);
  let hashes: unknown;
  try {
    hashes = cacheValidator.covers(inputs, parameters);
  } catch (thrown) {
    return `${cacheValidator.name} threw ${toErrorRecord(thrown).message}`;
  }
  if (hashes === undefined) return undefined;
  if (!isHashes(hashes)) return `${cacheValidator.name} gave no hashes by name`;
  const missing = Object.keys(hashes).find((name) => hashes[name] === null);
  if (missing === undefined) return hashes;
  const given = { ...inputs, ...parameters };
  if (Object.hasOwn(given, missing)) return `input "${missing}" cannot be compared`;
  const names = Object.keys(given).map((name) => JSON.stringify(name));
  return `${cacheValidator.name} names "${missing}", which is not there (there is ${names.join(", ") || "nothing"})`;
}

const isHashes = (value: unknown): value is Hashes =>
  typeof value === "object" &&
  value !== null &&
  Object.values(value).every((hash) => hash === null || typeof hash === "string");

/** What is compared; there whenever a key was made of it. */
const keysOf = (run: TaskExecution): ExecutionKeys => {
  const { keys } = passOf(run);
  if (!keys) throw new Error(`Cannot compare "${run.call.name}": its keys were not made`);
  return keys;
};

/** Those that could be computed. */
const known = (hashes: Hashes): { [name: string]: string } =>
  Object.fromEntries(Object.entries(hashes).filter((entry): entry is [string, string] => entry[1] !== null));
