/** ISO 8601 with any precision; years beyond 9999 as JavaScript writes them. */
const TIME = /^(?:[+-]\d{6}|\d{4})-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;

/** Milliseconds since 1970 of a time on the wire; NaN when it is none. Without a zone it is UTC, as Prefect wrote it. */
export function readTime(text: string): number {
  const [, zone] = TIME.exec(text) ?? [text, "none"];
  return Date.parse(zone === undefined ? `${text}Z` : text);
}
