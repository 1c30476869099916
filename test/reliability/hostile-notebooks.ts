import { notebookOf } from "../export/notebook-of.js";

/** Were any of a notebook's words run as code, this file would be there. */
export const BREACH = "breached";

const BREAK_IN = `require("node:fs").writeFileSync("${BREACH}", "")`;
/** Ends comments, strings and templates of every kind, then breaks in. */
const WORDS = `*/ ${BREAK_IN}; /*\n${BREAK_IN}\r${BREAK_IN}\u2028${BREAK_IN}\u2029\`+\${${BREAK_IN}}+\`"+${BREAK_IN}+"'+${BREAK_IN}+'</script>-->\u0000\ud800`;
const IMPORT = 'import { flow, task, parameter } from "cellar";';
const FLOW = `const one = task(${JSON.stringify(WORDS)}, () => 1);\nconst f = flow(${JSON.stringify(WORDS)}, () => ({ last: one() }));\nconst state = await f.run();\nconsole.log("type", state.type);`;

/** JSON text nested so deep that a reader which calls itself ends the stack. */
const deep = (levels: number): string => `${"[".repeat(levels)}${"]".repeat(levels)}`;

/** A well-formed notebook whose JSON text is changed afterwards. */
const changed = (search: string, replacement: string): string =>
  JSON.stringify({ ...notebookOf(IMPORT, FLOW), extra: "EXTRA" }).replaceAll(search, () => replacement);

/** Notebooks as text that somebody may send, by what is wrong with each; `runs` says that its cells are in order. */
export const HOSTILE_NOTEBOOKS: readonly { readonly what: string; readonly json: string; readonly runs: boolean }[] = [
  {
    what: "names of tasks and flows that end comments and strings",
    json: JSON.stringify(notebookOf(IMPORT, FLOW)),
    runs: true,
  },
  {
    what: "text cells that end comments",
    json: JSON.stringify(notebookOf({ type: "markdown", source: WORDS }, IMPORT, FLOW, { type: "raw", source: WORDS })),
    runs: true,
  },
  {
    what: "cell ids and tags that end comments",
    json: JSON.stringify(
      notebookOf(
        { type: "code", source: IMPORT, id: WORDS, tags: [WORDS] },
        { type: "markdown", source: "text", id: `${WORDS} 2`, tags: [WORDS] },
        { type: "code", source: FLOW, id: `${WORDS} 3`, tags: ["hide", WORDS] },
      ),
    ),
    runs: true,
  },
  {
    what: "metadata that ends comments",
    json: changed(
      '"name":"cellar"',
      `"name":${JSON.stringify(WORDS)},${JSON.stringify(WORDS)}:${JSON.stringify(WORDS)}`,
    ),
    runs: true,
  },
  {
    what: "prototype keys in metadata",
    json: changed(
      '"kernelspec":',
      '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"kernelspec":',
    ),
    runs: true,
  },
  {
    what: "a prototype key as the notebook's own",
    json: changed('"extra":"EXTRA"', '"__proto__":{"polluted":1}'),
    runs: true,
  },
  {
    what: "metadata 10 000 levels deep",
    json: changed('"kernelspec":', `"deep":${deep(10_000)},"kernelspec":`),
    runs: false,
  },
  { what: "outputs 10 000 levels deep", json: changed('"outputs":[]', `"outputs":[${deep(10_000)}]`), runs: false },
  {
    what: "a source 10 000 levels deep",
    json: changed('"outputs":[]', `"outputs":[],"source":${deep(10_000)}`),
    runs: false,
  },
  {
    what: "code 10 000 levels deep",
    json: JSON.stringify(notebookOf(IMPORT, `const a = ${deep(10_000)};`, FLOW)),
    runs: false,
  },
  { what: "cells that are no list", json: changed('"cells":[', '"cells":{},"other":['), runs: false },
  { what: "a source of numbers", json: changed('"outputs":[]', '"outputs":[],"source":[1,null,{}]'), runs: false },
  { what: "cells of nothing", json: changed('"cells":[', '"cells":[null,'), runs: false },
  { what: "another format", json: changed('"nbformat":4', '"nbformat":99'), runs: false },
  { what: "no notebook at all", json: deep(10_000), runs: false },
];
