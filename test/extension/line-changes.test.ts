import { test } from "uvu";
import * as assert from "uvu/assert";
import { lineChanges } from "../../extension/src/views/line-changes.js";

const CASES: readonly [what: string, before: string, after: string, changes: readonly string[] | undefined][] = [
  ["nothing", "a\nb", "a\nb", []],
  ["an added line", "a\nc", "a\nb\nc", ["+b"]],
  ["a removed line", "a\nb\nc", "a\nc", ["-b"]],
  ["a changed line", "a\nb\nc", "a\nx\nc", ["-b", "+x"]],
  ["an empty file", "", "a", ["-", "+a"]],
  ["moved lines", "a\nb\nc\nd", "c\na\nb\nd", ["+c", "-c"]],
  ["all of two large files", "a\n".repeat(3000), "b\n".repeat(3000), undefined],
];
for (const [what, before, after, changes] of CASES)
  test(`lineChanges() finds ${what}`, () => {
    const found = lineChanges(before, after)?.map(({ kind, text }) => `${kind === "added" ? "+" : "-"}${text}`);
    assert.equal(found, changes);
  });

test.run();
