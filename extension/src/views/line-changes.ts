/** A line that is only in one of two texts. */
export interface LineChange {
  readonly kind: "added" | "removed";
  readonly text: string;
}

/** Larger tables of lines against lines take too long in a page. */
const MOST_CELLS = 4_000_000;

/** What differs between two texts, line by line, in order; undefined where too much does. */
export function lineChanges(before: string, after: string): readonly LineChange[] | undefined {
  const [old, now] = [before.split("\n"), after.split("\n")];
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  const [left, right] = [old.slice(start, old.length - end), now.slice(start, now.length - end)];
  if (left.length * right.length > MOST_CELLS) return undefined;
  // Length of the longest common subsequence of what is left from (row, column) on.
  const width = right.length + 1;
  const common = new Uint32Array((left.length + 1) * width);
  for (let row = left.length - 1; row >= 0; row -= 1)
    for (let column = right.length - 1; column >= 0; column -= 1)
      common[row * width + column] =
        left[row] === right[column]
          ? common[(row + 1) * width + column + 1]! + 1
          : Math.max(common[(row + 1) * width + column]!, common[row * width + column + 1]!);
  const changes: LineChange[] = [];
  let [row, column] = [0, 0];
  while (row < left.length || column < right.length) {
    if (row < left.length && column < right.length && left[row] === right[column]) {
      row += 1;
      column += 1;
    } else if (
      column >= right.length ||
      (row < left.length && common[(row + 1) * width + column]! >= common[row * width + column + 1]!)
    ) {
      changes.push({ kind: "removed", text: left[row]! });
      row += 1;
    } else {
      changes.push({ kind: "added", text: right[column]! });
      column += 1;
    }
  }
  return changes;
}
