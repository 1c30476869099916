import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sharedNotebook } from "./notebook.js";

const test = suite("LostNames");
const notebook = sharedNotebook(test);

const LATER: readonly (readonly [what: string, cells: readonly string[], problem: string | null])[] = [
  [
    "one name of a refused cell",
    ["const rows: number = 'x';", "rows"],
    "TS2304 in cell [2] line 1:1: rows: declared in cell [1], which did not run (TS2322)",
  ],
  [
    "several names once, and the cell's own mistakes beside",
    ["const one: number = 'x'; const two = 2; function three() {}", "one + two; three(); two;\nconst own: string = 1;"],
    "TS2304 in cell [2] line 1:1: one, two, three: declared in cell [1], which did not run (TS2322) (and 1 more)",
  ],
  [
    "names of two cells",
    ["const a: number = 'x';", "const b = nothing;", "a + b"],
    "TS2304 in cell [3] line 1:1: a: declared in cell [1], which did not run (TS2322) (and 1 more)",
  ],
  [
    "a type and a shorthand property",
    ["interface Row { id: nothing }\nconst it = 1;", "const row: Row = { it };"],
    "TS2304 in cell [2] line 1:12: Row, it: declared in cell [1], which did not run (TS2304)",
  ],
  [
    "a cell with a syntax error",
    ["const whole = 1; const = 2;", "whole"],
    "TS2304 in cell [2] line 1:1: whole: declared in cell [1], which did not run (TS1134, TS2304)".replace(
      ", TS2304",
      "",
    ),
  ],
  [
    "nothing of a name that an earlier cell has",
    ["const kept = 1;", "const kept: string = 2;", "kept.toFixed()"],
    null,
  ],
  ["nothing once the cell has run", ["const fixed: number = 'x';", "const fixed: number = 1;", "fixed"], null],
  [
    "no name that nobody declared",
    ["const c: number = 'x';", "d"],
    "TS2304 in cell [2] line 1:1: Cannot find name 'd'.",
  ],
];
for (const [what, cells, problem] of LATER)
  test(`explains ${what}`, async () => {
    for (const cell of cells.slice(0, -1))
      await notebook()
        .run(cell)
        .catch(() => {});
    assert.is(await notebook().problem(cells.at(-1)!), problem);
  });
test("explains names of a cell that failed", async () => {
  await notebook()
    .run("const before = 1; throw new Error(); const after = 2;")
    .catch(() => {});
  assert.match((await notebook().problem("after"))!, /after: declared in cell \[1\], which failed before that line$/);
});
test("forgets everything when the session begins anew", async () => {
  await notebook()
    .run("const gone: number = 'x';")
    .catch(() => {});
  await notebook().answers.reset({});
  assert.match((await notebook().problem("gone"))!, /Cannot find name 'gone'\.$/);
});
test.run();
