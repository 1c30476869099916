/** The setting: MiB of JavaScript heap that a session may use. */
export const MEMORY_SETTING = "CELLAR_SESSION_MEMORY_MB";
const LEAST_MB = 64;

/**
 * Reads the setting; undefined where Node's own limit is to count.
 * @throws {RangeError} for what is no limit.
 */
export function memoryLimit(env: NodeJS.ProcessEnv): number | undefined {
  const text = env[MEMORY_SETTING];
  if (text === undefined || text === "") return undefined;
  const megabytes = Number(text);
  if (Number.isInteger(megabytes) && megabytes >= LEAST_MB) return megabytes;
  throw new RangeError(
    `Cannot use ${MEMORY_SETTING}=${JSON.stringify(text)}: it is not a whole number of megabytes from ${LEAST_MB} on`,
  );
}

/** Node's options for a limit. */
export const memoryArgv = (megabytes: number | undefined): string[] =>
  megabytes === undefined ? [] : [`--max-old-space-size=${megabytes}`];
