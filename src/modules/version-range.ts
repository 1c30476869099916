type Version = readonly [major: number, minor: number, patch: number];

const RANGE = /^([\^~]?)v?(\d+)(?:\.(\d+|x|\*))?(?:\.(\d+|x|\*))?$/;
const VERSION = /^v?(\d+)\.(\d+)\.(\d+)/;

/**
 * Whether a version is in a range as specifiers have it: "2", "2.29", "2.29.4", "^1.2", "~1.2". Undefined for all that
 * is written otherwise, such as a tag.
 */
export function fitsRange(version: string, range: string): boolean | undefined {
  const [, sign, ...wanted] = RANGE.exec(range.trim()) ?? [];
  const found = VERSION.exec(version)?.slice(1).map(Number) as Version | undefined;
  if (sign === undefined || !found) return undefined;
  const given = wanted.filter((part) => part !== undefined && part !== "x" && part !== "*").map(Number);
  const low: Version = [given[0] ?? 0, given[1] ?? 0, given[2] ?? 0];
  return compare(found, low) >= 0 && keptOf(sign, given, low).every((part, at) => part === found[at]);
}

/** The leading parts that must stay the same. */
function keptOf(sign: string, given: readonly number[], low: Version): readonly number[] {
  if (sign === "") return given;
  if (sign === "~") return low.slice(0, Math.min(given.length, 2));
  const first = low.findIndex((part) => part !== 0); // "^0.2.3" keeps 0.2
  return low.slice(0, first < 0 ? given.length : first + 1);
}

function compare(one: Version, other: Version): number {
  const at = one.findIndex((part, index) => part !== other[index]);
  return at < 0 ? 0 : one[at]! - other[at]!;
}
