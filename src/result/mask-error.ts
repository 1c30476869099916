import { hasSecrets, maskText } from "./masking.js";

/** An error may have causes, and those causes; a cycle or a tower of them ends somewhere. */
const DEEPEST = 20;

/** Masks secrets in the message and the stack of what was thrown, of its causes and of its `errors`; gives it back. */
export function maskError<T>(thrown: T, depth = 0): T {
  if (!hasSecrets() || !(thrown instanceof Error) || depth > DEEPEST) return thrown;
  for (const part of ["message", "stack"] as const) maskProperty(thrown, part);
  maskError(thrown.cause, depth + 1);
  const { errors } = thrown as { errors?: unknown };
  if (Array.isArray(errors)) for (const each of errors) maskError(each, depth + 1);
  return thrown;
}

function maskProperty(error: Error, name: "message" | "stack"): void {
  try {
    const text: unknown = error[name];
    if (typeof text !== "string") return;
    const shown = maskText(text);
    if (shown !== text) error[name] = shown;
  } catch {
    // frozen, or code of its own that fails: what is shown and stored of it is masked again there
  }
}
