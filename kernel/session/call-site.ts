/**
 * Files of the functions that run now, outermost last, as V8 names them; "" for code without a file.
 * @param above the function whose callers are asked for.
 */
export function filesAbove(above: (...args: never[]) => unknown, limit = Infinity): string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = limit;
    Error.prepareStackTrace = (_error, sites) => sites;
    const holder: { stack?: unknown } = {};
    Error.captureStackTrace(holder, above);
    return (holder.stack as readonly NodeJS.CallSite[])
      .filter((site) => !site.isAsync()) // waits for a function on the stack and does not run
      .map((site) => site.getFileName() ?? "");
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
