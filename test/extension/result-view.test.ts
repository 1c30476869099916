import { test } from "uvu";
import * as assert from "uvu/assert";
import { resultView } from "../../extension/src/views/result-view.js";
import { type TablePreview, tableView } from "../../extension/src/views/table-view.js";
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
const NO_DOWNLOADS = {
  start: () => Promise.reject(new Error("nothing to download")),
  next: () => Promise.reject(new Error("nothing to download")),
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function opened(preview: ResultPreview) {
  const drawn: unknown[] = [];
  const view = resultView({
    drawMedia: (bundle, host) => drawn.push([Object.keys(bundle), host.className]),
    openCell: () => false,
    downloads: NO_DOWNLOADS,
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
  return { view, drawn };
}

test("resultView() draws a stored picture by the page's renderers", async () => {
  const { drawn, view } = await opened({
    kind: "mime",
    bundle: { "image/png": "iVBORw0KGgo=", "text/plain": "PNG image, 8 B" },
  });
  assert.equal(drawn, [[["image/png", "text/plain"], "cl-media"]]);
  assert.match(view.node.textContent ?? "", "PNG image, 8 B");
});

test("resultView() shows a stored error with its cause", async () => {
  const { view } = await opened({
    kind: "error",
    error: { name: "RangeError", message: "too far", cause: { name: "Error", message: "no map" } },
  });
  assert.match(view.node.textContent ?? "", /RangeError.*too far.*caused by.*no map/);
});

test("resultView() opens nothing outside a page", () => {
  const view = resultView();
  view.update({ result: RESULT, open: () => Promise.reject(new Error("unreachable")) });
  assert.ok([...view.node.querySelectorAll("button")].find((each) => each.textContent === "Open")!.hidden);
});

test("resultView() downloads all of a result, piece after piece", async () => {
  const saved: { name: string; text: string }[] = [];
  const createUrl = URL.createObjectURL;
  URL.createObjectURL = (blob) => {
    void (blob as Blob).text().then((text) => saved.push({ name: "", text }));
    return "blob:none";
  };
  const pieces = ["a,b\r\n", "1,2\r\n", null];
  const asked: unknown[] = [];
  const view = resultView({
    drawMedia: () => {},
    openCell: () => false,
    downloads: {
      start: async (id, format) => {
        asked.push([id, format]);
        return { download: 7, name: "result-01234567.csv", type: "text/csv" };
      },
      next: async (download) => {
        assert.is(download, 7);
        const piece = pieces.shift()!;
        return { base64: piece && btoa(piece) };
      },
    },
  });
  view.update({ result: RESULT, open: () => Promise.reject(new Error("not opened")) });
  const select = view.node.querySelector<HTMLSelectElement>(".cl-download")!;
  select.value = "csv";
  select.dispatchEvent(new Event("change"));
  while (saved.length === 0) await settled();
  URL.createObjectURL = createUrl;
  assert.equal(asked, [[RESULT.id, "csv"]]);
  assert.is(saved[0]!.text, "a,b\r\n1,2\r\n");
  assert.match(view.node.textContent ?? "", "Saved result-01234567.csv");
});

const SHOWN: readonly [what: string, preview: ResultPreview, text: RegExp][] = [
  ["an empty text", { kind: "text", text: "", truncated: false }, /An empty text: ""/],
  [
    "a Map as a tree",
    {
      kind: "tree",
      tree: { text: "Map (2)", type: "parent", children: [{ key: '"a" →', text: "1", type: "number" }], omitted: 1 },
    },
    /Map \(2\)"a" → 1… and 1 more/,
  ],
  [
    "numbers, rounded",
    {
      kind: "table",
      columns: ["x"],
      rows: [["0.30000000000000004"], ["12345.678901234"], ["1e-9"]],
      totalRows: 3,
      summaries: [{ type: "number", nulls: 0, min: "1e-9", max: "12345.678901234", bins: [2, 0, 1] }],
    },
    /10\.3212345\.67931e-9/,
  ],
];
for (const [what, preview, text] of SHOWN)
  test(`resultView() shows ${what}`, async () => {
    const { view } = await opened(preview);
    assert.match(view.node.querySelector(".cl-result-body")!.textContent!, text);
  });

test("tableView() asks for the rows that come in sight, a hundred at a time", async () => {
  const asked: number[] = [];
  const table = (from: number): TablePreview => ({
    kind: "table",
    columns: ["n"],
    rows: Array.from({ length: 100 }, (_, index) => [String(from + index)]),
    from,
    totalRows: 200_000,
    summaries: [{ type: "integer", nulls: 0, min: "0", max: "199999" }],
  });
  const node = tableView(table(0), async (from) => {
    asked.push(from);
    return table(from);
  });
  const scroll = node.querySelector<HTMLElement>(".cl-scroll")!;
  Object.defineProperty(scroll, "scrollTop", { value: 150_000 * 26 });
  scroll.dispatchEvent(new Event("scroll"));
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(asked, [150_000]);
  assert.is(node.querySelector("tbody td")!.textContent, "150000");
  assert.ok(node.querySelectorAll("tbody tr").length < 40);
});

test.after(closeDom);
test.run();
