import { test } from "uvu";
import * as assert from "uvu/assert";
import { resultView } from "../../extension/src/views/result-view.js";
import { fileOf } from "../../extension/src/views/saved-file.js";
import type { ResultRecord } from "../../src/contracts/records.js";
import type { ResultPreview } from "../../src/contracts/run-comm.js";
import { closeDom } from "./dom.js";

const RESULT: ResultRecord = {
  v: 1,
  kind: "Result",
  id: "0123456789abcdef",
  serialized: true,
  serializer: "value",
  bytes: 2048,
  preview: "the saved preview",
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function opened(preview: ResultPreview) {
  const drawn: unknown[] = [];
  const view = resultView({
    drawMedia: (bundle, host) => drawn.push([Object.keys(bundle), host.className]),
    openCell: () => false,
  });
  const asked: string[] = [];
  view.update({
    result: RESULT,
    open: async (id) => {
      asked.push(id);
      return preview;
    },
  });
  const button = (text: string) =>
    [...view.node.querySelectorAll("button")].find((each) => each.textContent === text && !each.hidden);
  assert.equal(asked, [], "nothing is read until someone opens it");
  button("Open")!.click();
  await settled();
  assert.equal(asked, [RESULT.id]);
  return { view, drawn, button };
}

test("resultView() draws a stored picture by the page's renderers", async () => {
  const { drawn, view, button } = await opened({
    kind: "mime",
    bundle: { "image/png": "iVBORw0KGgo=", "text/plain": "PNG image, 8 B" },
  });
  assert.equal(drawn, [[["image/png", "text/plain"], "cl-media"]]);
  assert.match(view.node.textContent ?? "", "PNG image, 8 B");
  assert.ok(button("Download"));
});

test("resultView() shows a stored error with its cause", async () => {
  const { view, button } = await opened({
    kind: "error",
    error: { name: "RangeError", message: "too far", cause: { name: "Error", message: "no map" } },
  });
  assert.match(view.node.textContent ?? "", /RangeError.*too far.*caused by.*no map/);
  assert.not(button("Download"));
});

test("resultView() opens nothing outside a page", () => {
  const view = resultView();
  view.update({ result: RESULT, open: () => Promise.reject(new Error("unreachable")) });
  assert.ok([...view.node.querySelectorAll("button")].find((each) => each.textContent === "Open")!.hidden);
});

const FILES: readonly [what: string, preview: ResultPreview, file: ReturnType<typeof fileOf>][] = [
  [
    "JSON",
    { kind: "json", value: { a: 1 } },
    { name: "result-01234567.json", type: "application/json", content: '{\n  "a": 1\n}' },
  ],
  [
    "text",
    { kind: "text", text: "all of it", truncated: false },
    { name: "result-01234567.txt", type: "text/plain", content: "all of it" },
  ],
  ["text that is shortened", { kind: "text", text: "a part", truncated: true }, undefined],
  [
    "a table",
    {
      kind: "table",
      columns: ["a", "b,c"],
      rows: [
        ["1", 'say "x"'],
        ["-2", "=1+1"],
      ],
      totalRows: 2,
    },
    { name: "result-01234567.csv", type: "text/csv", content: `a,"b,c"\r\n1,"say ""x"""\r\n-2,'=1+1\r\n` },
  ],
  ["a part of a table", { kind: "table", columns: ["a"], rows: [["1"]], totalRows: 2 }, undefined],
  [
    "a picture",
    { kind: "mime", bundle: { "image/png": btoa("\x89PNG"), "text/plain": "PNG" } },
    { name: "result-01234567.png", type: "image/png", content: new Uint8Array([0x89, 0x50, 0x4e, 0x47]) },
  ],
  [
    "a chart",
    { kind: "mime", bundle: { "application/vnd.vegalite.v5+json": { mark: "bar" }, "text/plain": "chart" } },
    { name: "result-01234567.json", type: "application/json", content: '{\n  "mark": "bar"\n}' },
  ],
];
for (const [what, preview, file] of FILES)
  test(`fileOf() makes ${file ? "a file" : "no file"} of ${what}`, () =>
    assert.equal(fileOf(preview, RESULT.id!), file));

test.after(closeDom);
test.run();
