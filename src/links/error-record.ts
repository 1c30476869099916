import type { ErrorRecord } from "../contracts/records.js";

const DEEPEST_CAUSE = 16;

/** The form in which an error leaves a process, a row or a MIME bundle. Takes anything that was thrown. */
export function toErrorRecord(thrown: unknown, depth = 0): ErrorRecord {
  if (!(thrown instanceof Error)) return { name: "Error", message: `Thrown: ${describe(thrown)}` };
  const [stack, cause] = [readable(() => thrown.stack), readable(() => thrown.cause)];
  const errors = thrown instanceof AggregateError ? readable(() => [...thrown.errors] as unknown[]) : undefined;
  return {
    name: String(readable(() => thrown.name || thrown.constructor.name) ?? "Error"),
    message: readable(() => String(thrown.message)) ?? "[its message cannot be read]",
    ...(typeof stack === "string" && { stack }),
    ...(cause !== undefined && depth < DEEPEST_CAUSE && { cause: toErrorRecord(cause, depth + 1) }),
    ...(errors && depth < DEEPEST_CAUSE && { errors: errors.map((error) => toErrorRecord(error, depth + 1)) }),
  };
}

/** A property of an error; undefined where a getter of its own throws. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined; // code of the error's own fails: the rest of it is told
  }
}

/** Classes that a caller on the other side catches, by `name`. */
export type ErrorClasses = { readonly [name: string]: new (message: string, options?: ErrorOptions) => Error };

/** An Error made again from its record: of the class named in `classes`, else an Error with that name. */
export function reviveError(record: ErrorRecord, classes: ErrorClasses = {}): Error {
  const options = record.cause ? { cause: reviveError(record.cause, classes) } : undefined;
  const known = Object.hasOwn(classes, record.name) ? classes[record.name] : undefined;
  const error = record.errors
    ? new AggregateError(
        record.errors.map((each) => reviveError(each, classes)),
        record.message,
        options,
      )
    : new (known ?? Error)(record.message, options);
  if (!known) Object.defineProperty(error, "name", { value: record.name, configurable: true, writable: true });
  if (record.stack) Object.defineProperty(error, "stack", { value: record.stack, configurable: true, writable: true });
  return error;
}

function describe(thrown: unknown): string {
  try {
    return typeof thrown === "string" ? thrown : (JSON.stringify(thrown) ?? String(thrown));
  } catch {
    return Object.prototype.toString.call(thrown); // a cycle, a BigInt, a throwing toJSON
  }
}
