import ms, { type StringValue } from "ms";

/** Milliseconds, or a number with its unit: "250ms", "30s", "5m", "1h", "2d". */
export type Duration = number | `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/**
 * A duration in milliseconds.
 * @param what the option that holds it, for the message.
 * @throws {TypeError} when it is no duration, negative or not finite.
 */
export function durationMs(duration: Duration, what: string): number {
  const parsed = typeof duration === "string" && /^\d/.test(duration) ? ms(duration as StringValue) : duration;
  if (typeof parsed === "number" && Number.isFinite(parsed) && parsed >= 0) return parsed;
  throw new TypeError(`Cannot use ${show(duration)} as ${what}: a duration is milliseconds or text such as "30s"`);
}

function show(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
