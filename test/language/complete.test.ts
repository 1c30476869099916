import { suite } from "uvu";
import * as assert from "uvu/assert";
import { sharedNotebook, withNotebook } from "./notebook.js";

/** Code with `|` at the cursor. */
const at = (marked: string) => ({ code: marked.replace("|", ""), cursor: marked.indexOf("|") });

const completing = suite("complete() knows");
const shared = sharedNotebook(completing);
const CASES: readonly (readonly [title: string, earlier: string, marked: string, text: string, type?: string])[] = [
  ["members", "", "[1, 2].fla|", "flatMap", "method"],
  ["members of a value of an earlier cell", "const box = { height: 1, depth: 2 };", "box.he|", "height", "property"],
  [
    "members after an optional dot",
    "const box = { height: 1 } as { height: number } | undefined;",
    "box?.he|",
    "height",
    "property",
  ],
  [
    "members where an optional dot is missing",
    "const box = { height: 1 } as { height: number } | undefined;",
    "box!.he|",
    "height",
  ],
  ["names of earlier cells", "const remembered = 1;", "remem|", "remembered", "instance"],
  ["types of earlier cells", "interface Remembered { a: number }", "const a: Remem|", "Remembered", "interface"],
  ["names of the cell itself", "", "const own = 1;\now|", "own", "instance"],
  ["names of the platform", "", "structured|", "structuredClone", "function"],
  ["what the session gives", "", "displ|", "display", "function"],
  ["keywords", "", "awai|", "await", "keyword"],
  ["string literals", "let colour: 'red' | 'green' = 'red' as 'red' | 'green';", "colour = 'gr|'", "green", "string"],
  ["exports of a module", "", "import { exists| } from 'node:fs';", "existsSync", "function"],
  ["properties of an object literal", "interface P { height: number }", "const p: P = { he| };", "height", "property"],
  [
    "names inside an unfinished template",
    "const box = { height: 1 };",
    ["`", "{box.he|"].join("$"),
    "height",
    "property",
  ],
  ["names in unfinished code", "const box = { height: 1 };", "if (box.he|", "height", "property"],
];
for (const [title, earlier, marked, text, type] of CASES)
  completing(title, async () => {
    const notebook = shared();
    if (earlier) await notebook.run(earlier);
    const { code, cursor } = at(marked);
    const { start, end, matches } = await notebook.answers.complete({ code, cursor });
    const match = matches.find((each) => each.text === text);
    assert.ok(match, `${text} among ${matches.slice(0, 10).map((each) => each.text)}`);
    if (type) assert.is(match.type, type);
    assert.ok(text.toLowerCase().startsWith(code.slice(start, cursor).toLowerCase()));
    assert.ok(start <= cursor && cursor <= end && end <= code.length);
  });
completing("modules of the folder, but not its own files", () =>
  withNotebook(
    async (notebook) => {
      const { matches } = await notebook.answers.complete(at("import { a } from './|'"));
      assert.equal(
        matches.map(({ text }) => text),
        ["local"],
      );
    },
    { "local.ts": "export const a = 1;" },
  ),
);
completing("names that would have to be imported, and says from where", () =>
  withNotebook(async (notebook) => {
    const { matches } = await notebook.answers.complete(at("const there = existsSy|"));
    const signatures = matches.filter(({ text }) => text === "existsSync").map(({ signature }) => signature);
    assert.equal(signatures, ['import from "node:fs"']);
  }),
);
completing("nothing that does not go on from what is typed", () =>
  withNotebook(async (notebook) => {
    const { matches } = await notebook.answers.complete(at("[1].fla|"));
    assert.ok(matches.length > 0 && matches.every(({ text }) => text.startsWith("fla")));
  }),
);
completing("nothing inside a comment, and says where", () =>
  withNotebook(async (notebook) => {
    const { start, end, matches } = await notebook.answers.complete(at("// some wor|"));
    assert.equal([start, end, matches.length], [8, 11, 0]);
  }),
);
completing.run();

const inspecting = suite("inspect() shows");
const inspected = sharedNotebook(inspecting);
const SHOWN: readonly (readonly [title: string, marked: string, plain: RegExp])[] = [
  ["a signature", "[1].ma|p((x) => x)", /\(method\) Array<number>\.map</],
  [
    "documentation",
    "/** Twice the number. @example twice(2) */\nfunction twice(n: number) { return 2 * n; }\ntwi|ce",
    /^function twice\(n: number\): number\n\nTwice the number\.\n\n@example twice\(2\)$/,
  ],
  ["the name that ends at the cursor", "const value = 1; value|", /^const value: 1$/],
  ["the called function among its arguments", "parseInt('1', |)", /function parseInt/],
  ["the called function inside nested calls", "parseInt(String(1), |", /function parseInt/],
  ["a type", "interface P { a: number }\nlet p: P|;", /^interface P$/],
];
for (const [title, marked, plain] of SHOWN)
  inspecting(title, async () => {
    const notebook = inspected();
    const { code, cursor } = at(marked);
    const { found, data } = await notebook.answers.inspect({ code, cursor, detail: 0 });
    assert.ok(found);
    assert.match(data["text/plain"]!, plain);
    assert.match(data["text/markdown"]!, /^```typescript\n/);
  });
inspecting("documentation of the platform, whose comments are read when asked for", () =>
  withNotebook(async (notebook) => {
    const inspect = (marked: string) => notebook.answers.inspect({ ...at(marked), detail: 0 });
    assert.match((await inspect("[1].ma|p(String)")).data["text/plain"]!, /Calls a defined callback function on each/);
    assert.match((await inspect("import { existsSync| } from 'node:fs';")).data["text/plain"]!, /if the path exists/);
    assert.is(await notebook.run("[1].map(String)[0]"), "1");
  }),
);
inspecting("what the parameter at the cursor means", () =>
  withNotebook(async (notebook) => {
    const { data } = await notebook.answers.inspect({ ...at("parseInt('1', |)"), detail: 0 });
    assert.match(data["text/plain"]!, /\nradix\?: number: A value between 2 and 36/);
  }),
);
inspecting("with detail, the text that defines the name", () =>
  withNotebook(async (notebook) => {
    const asked = at("const twice = (n: number) => 2 * n;\ntwi|ce");
    const [brief, whole] = [
      await notebook.answers.inspect({ ...asked, detail: 0 }),
      await notebook.answers.inspect({ ...asked, detail: 1 }),
    ];
    assert.not.match(brief.data["text/plain"]!, /2 \* n/);
    assert.match(whole.data["text/plain"]!, /const twice = \(n: number\) => 2 \* n;/);
  }),
);
inspecting("a name of an earlier cell", () =>
  withNotebook(async (notebook) => {
    await notebook.run("/** How far. */\nconst reach = (from: string): number => from.length;");
    const { data } = await notebook.answers.inspect({ code: "reach", cursor: 5, detail: 0 });
    assert.match(data["text/plain"]!, /const reach: \(from: string\) => number/);
    assert.match(data["text/plain"]!, /How far\./);
  }),
);
inspecting("nothing where there is nothing", () =>
  withNotebook(async (notebook) => {
    assert.equal(await notebook.answers.inspect({ code: "  ", cursor: 1, detail: 0 }), { found: false, data: {} });
  }),
);
inspecting.run();
