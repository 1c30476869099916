import * as Plot from "@observablehq/plot";
import { Window } from "happy-dom";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { valueBundle } from "../../src/display/value-bundle.js";

const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
const spec = { $schema: "https://vega.github.io/schema/vega-lite/v5.json", mark: "bar" };
const figure = { data: [{ type: "bar", y: [1] }], layout: {} };
const cycle: { self?: unknown } = {};
cycle.self = cycle;

const VALUES: readonly [what: string, value: unknown, mimes: readonly string[], text: string | RegExp][] = [
  ["a number", 42, [], "42"],
  ["a string", "it's", [], `"it's"`],
  ["a list", [1, 2], [], "[ 1, 2 ]"],
  ["an object", { a: { b: null } }, [], "{ a: { b: null } }"],
  ["a tree", { a: [{ b: { c: "d".repeat(120) } }] }, ["application/json"], /^\{\n {2}a:/],
  ["an object with a date", { a: new Date(0) }, [], "{ a: 1970-01-01T00:00:00.000Z }"],
  ["an object with undefined", { a: undefined }, [], "{ a: undefined }"],
  ["-0", [-0], [], "[ -0 ]"],
  ["a sparse array", Object.assign([1], { 2: 2 }), [], "[ 1, <1 empty item>, 2 ]"],
  ["a cycle", cycle, [], /\[Circular/],
  ["a large list", Array.from({ length: 5000 }, (_, i) => i), [], /more items/],
  ["records", [{ a: 1 }], ["text/html", "application/vnd.dataresource+json"], /1 row × 1 column/],
  ["a PNG", new Uint8Array(png), ["image/png"], "PNG image, 16 B"],
  ["other bytes", new Uint8Array([1, 2]), [], "Uint8Array(2) [ 1, 2 ]"],
  ["a PDF", Buffer.from("%PDF-1.7"), ["application/pdf"], "PDF document, 8 B"],
  ["a Vega-Lite spec", spec, ["application/vnd.vegalite.v5+json"], "Vega-Lite chart"],
  ["a Plotly figure", figure, ["application/vnd.plotly.v1+json"], "Plotly figure, traces: 1"],
  [
    "an element",
    { nodeType: 1, localName: "div", outerHTML: "<div></div>" },
    ["text/html"],
    "<div> element, 11 characters",
  ],
];
for (const [what, value, mimes, text] of VALUES) {
  test(`valueBundle() shows ${what}`, () => {
    const { "text/plain": plain, ...rest } = valueBundle(value);
    assert.equal(Object.keys(rest), mimes);
    if (text instanceof RegExp) assert.match(String(plain), text);
    else assert.is(plain, text);
  });
}

test("valueBundle() shows a chart of Observable Plot as HTML, and as a picture for clients that strip it", () => {
  const document = new Window().document as unknown as Document;
  const bundle = valueBundle(Plot.plot({ document, marks: [Plot.barY([1, 2, 3])] }));
  assert.match(String(bundle["text/html"]), /^<svg [^>]*currentColor.*<rect/s);
  assert.match(String(bundle["image/svg+xml"]), /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" .*<rect/s);
});

test("valueBundle() shows the chart that a builder describes", () => {
  const bundle = valueBundle({ toSpec: () => spec });
  assert.equal(bundle["application/vnd.vegalite.v5+json"], spec);
});

test("valueBundle() says so when a value cannot be shown", () => {
  const proxy = new Proxy(
    {},
    {
      getPrototypeOf: () => {
        throw new Error("no prototype");
      },
    },
  );
  assert.match(String(valueBundle([proxy])["text/plain"]), /Proxy|no prototype|\{\}/);
});

test("valueBundle() cuts a long text and counts the rest", () => {
  const rows = Array.from({ length: 100 }, (_, i) => "x".repeat(900) + i);
  assert.match(String(valueBundle({ rows, f: () => 1 })["text/plain"]), /… [\d,]+ more characters$/);
});

test.run();
