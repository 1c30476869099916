import { test } from "uvu";
import * as assert from "uvu/assert";
import { DISPLAY } from "../../src/display/display-symbol.js";
import { html, latex, md, type Rich, svg } from "../../src/display/rich.js";

const name = `<img src=x onerror="alert('1')"> & co`;
const escaped = "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co";

const MADE: readonly [what: string, made: Rich, mime: string, text: string, plain: string][] = [
  ["html() of a string", html("<b>bold</b>"), "text/html", "<b>bold</b>", "bold"],
  [
    "html`` with a value",
    html`<b title="${name}">${name}</b>`,
    "text/html",
    `<b title="${escaped}">${escaped}</b>`,
    name,
  ],
  [
    "html`` in html``",
    html`<ul>${["a", "<"].map((item) => html`<li>${item}</li>`)}</ul>`,
    "text/html",
    "<ul><li>a</li><li>&lt;</li></ul>",
    "a\n<",
  ],
  [
    "html`` of a table",
    html`<table><tr><td>1</td><td>2</td></tr></table>`,
    "text/html",
    "<table><tr><td>1</td><td>2</td></tr></table>",
    "1\t2",
  ],
  ["svg`` with a value", svg`<svg>${"<"}</svg>`, "image/svg+xml", "<svg>&lt;</svg>", "SVG image, 15 characters"],
  ["md`` with a value", md`# ${"<Title>"}`, "text/markdown", "# <Title>", "# <Title>"],
  ["latex`` with backslashes", latex`\frac{1}{${2}}`, "text/latex", "\\frac{1}{2}", "\\frac{1}{2}"],
  ["latex() of a string", latex("x^2"), "text/latex", "x^2", "x^2"],
];
for (const [what, made, mime, text, plain] of MADE) {
  test(`${what} shows as ${mime}`, () => {
    assert.equal(made[DISPLAY](), { [mime]: text, "text/plain": plain });
  });
}

test("DISPLAY is the symbol that other libraries use", () => {
  assert.is(DISPLAY as symbol, Symbol.for("Jupyter.display"));
});

test.run();
