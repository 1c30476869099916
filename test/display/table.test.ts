import { test } from "uvu";
import * as assert from "uvu/assert";
import { DATA_RESOURCE_MIME, TABLE_LIMITS, tableBundle } from "../../src/display/table.js";
import { tableOf } from "../../src/display/table-of.js";

test("tableBundle() shows a corner of a large table and says how large it is", () => {
  const wide = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`column${i}`, i]));
  const bundle = tableBundle(tableOf(Array.from({ length: 1500 }, () => wide))!);
  assert.match(String(bundle["text/plain"]), "1,500 rows × 40 columns, first 100 rows and first 30 columns shown");
  assert.match(String(bundle["text/html"]), "<caption");
  const { schema, data } = bundle[DATA_RESOURCE_MIME] as { schema: { fields: object[] }; data: object[] };
  assert.is(schema.fields.length, TABLE_LIMITS.columns);
  assert.is(data.length, TABLE_LIMITS.rows);
});

test("tableBundle() escapes what stands in names and cells", () => {
  const bundle = tableBundle(tableOf([{ "<b>": "<script>alert(1)</script>" }])!);
  assert.not.match(String(bundle["text/html"]), /<script|<b>/);
});

test("tableBundle() says the kinds of columns, and turns what JSON cannot hold into text", () => {
  const when = new Date("2026-01-02T03:04:05Z");
  const bundle = tableBundle(
    tableOf([
      { n: 1, f: 1.5, t: "x", b: true, d: when, big: 10n, no: null },
      { n: 2, f: 2 },
    ])!,
  );
  const { schema, data } = bundle[DATA_RESOURCE_MIME] as unknown as {
    schema: { fields: { type: string }[] };
    data: object[];
  };
  assert.equal(
    schema.fields.map(({ type }) => type),
    ["integer", "number", "string", "boolean", "datetime", "any", "any"],
  );
  assert.equal(data[0], { n: 1, f: 1.5, t: "x", b: true, d: when.toISOString(), big: "10n", no: null });
});

test.run();
