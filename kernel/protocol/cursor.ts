/** A cursor in code points, as the protocol counts, to UTF-16 units, as JavaScript does. Past the end means the end. */
export function toUnits(code: string, codePoints: number): number {
  let units = 0;
  for (let left = codePoints; left > 0 && units < code.length; left -= 1)
    units += code.codePointAt(units)! > 0xffff ? 2 : 1;
  return units;
}

/** A cursor in UTF-16 units to code points. Inside a surrogate pair means before it. */
export function toCodePoints(code: string, units: number): number {
  let points = 0;
  for (let at = 0; at < units && at < code.length; points += 1) {
    at += code.codePointAt(at)! > 0xffff ? 2 : 1;
    if (at > units) break;
  }
  return points;
}
