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
  ["names inside JSX", "const shade = 1;", "const a = <b title={sha|} />", "shade", "instance"],
  [
    "functions that an earlier cell imported",
    "import { existsSync } from 'node:fs';",
    "existsS|",
    "existsSync",
    "function",
  ],
  ["names of cellar, imported by nobody", "", "const load = tas|", "task", "function"],
  ["types of cellar", "", "let call: TaskCa|", "TaskCall", "class"],
  ["names of cellar where another name goes on too", "", "flo|", "flow", "function"],
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
        ["local.ts"],
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
completing("files in a string that nothing else is known of", () =>
  withNotebook(
    async (notebook) => {
      const texts = async (marked: string) => {
        const { code, cursor } = at(marked);
        const { start, matches } = await notebook.answers.complete({ code, cursor });
        return [code.slice(start, cursor), ...matches.map(({ text }) => text)];
      };
      assert.equal(await texts("load('./data/|')"), ["", "one.json", "two.csv"]);
      assert.equal(await texts('load("data/tw|'), ["tw", "two.csv"]);
      assert.equal(await texts("load('da|')"), ["da", "data/"]);
      assert.equal(await texts("load('.hid|')"), [".hid", ".hidden"]);
      assert.equal(await texts("load('none/|')"), [""]);
      assert.equal(await texts("load('data/|').then(x)"), ["", "one.json", "two.csv"]);
      assert.equal(await texts("const a: 'data/x' = 'da|'"), ["da", "data/x"]);
      assert.equal(await texts("load(zzz|)"), ["zzz"]);
    },
    { "data/one.json": "{}", "data/two.csv": "", ".hidden": "" },
  ),
);
const PROJECT = {
  "tsconfig.json": '{ "compilerOptions": { "strict": true, "paths": { "@/*": ["./lib/*"] } } }',
  "lib/shapes.ts": "export const area = 1;",
  "data.json": "{}",
  "package.json": '{ "dependencies": { "packed": "1" } }',
  "node_modules/packed/package.json": '{ "name": "packed", "exports": { ".": "./a.js", "./sub": "./b.js" } }',
  "node_modules/packed/a.d.ts": "export declare const a: 1;",
  "node_modules/packed/b.d.ts": "export declare const b: 1;",
};
completing("paths, aliases, JSON, packages and their parts in import strings", () =>
  withNotebook(async (notebook) => {
    for (const [marked, text] of [
      ["import { area } from '@/|'", "shapes.ts"],
      ["import { area } from './lib/|'", "shapes.ts"],
      ["import data from './|'", "data.json"],
      ["import { a } from 'pack|'", "packed"],
      ["import { b } from 'packed/|'", "sub"],
      ["const a = await import('pack|')", "packed"],
      ["import { readFile } from 'node:fs/|'", "promises"],
    ] as const) {
      const { matches } = await notebook.answers.complete(at(marked));
      assert.ok(
        matches.some((each) => each.text.endsWith(text)),
        `${marked}: ${matches.map((each) => each.text)}`,
      );
    }
  }, PROJECT),
);
completing("signatures and types, and marks what is deprecated", () =>
  withNotebook(async (notebook) => {
    await notebook.run(
      "/** @deprecated use area */\nconst old = (n: number, by = 2): string => String(n * by);\nconst box = { height: 1, y: 'a' };",
    );
    const first = async (marked: string) => (await notebook.answers.complete(at(marked))).matches[0];
    assert.equal(await first("ol|"), {
      text: "old",
      type: "instance",
      signature: "(n: number, by?: number) => string",
      deprecated: true,
    });
    assert.equal(await first("box.he|"), { text: "height", type: "property", signature: "number" });
    assert.equal(await first("box.y|"), { text: "y", type: "property", signature: "string" });
    assert.equal((await first("Math.max|"))!.signature, "(...values: number[]): number");
    assert.equal((await first("const load = tas|"))!.signature, 'import from "cellar"');
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
inspecting("every overload, of a call and with detail", () =>
  withNotebook(async (notebook) => {
    await notebook.run(
      "function over(a: string): string;\nfunction over(a: number, b: number): number;\nfunction over(a: unknown): unknown { return a; }",
    );
    const inspect = async (marked: string, detail: 0 | 1) =>
      (await notebook.answers.inspect({ ...at(marked), detail })).data["text/plain"]!;
    assert.match(
      await inspect("over(1, |", 0),
      /^over\(a: number, b: number\): number \(\+1 overload\)\nover\(a: string\): string$/,
    );
    assert.match(await inspect("over|", 1), /over\(a: string\): string;\n.*over\(a: number, b: number\): number;/);
  }),
);
inspecting("types of earlier cells by their name alone, and never our own imports", () =>
  withNotebook(async (notebook) => {
    await notebook.run("/** How wide. */\ninterface Size { width: number }\nconst size: Size = { width: 1 };");
    const { data } = await notebook.answers.inspect({ code: "Size", cursor: 4, detail: 0 });
    assert.is(data["text/plain"], "interface Size\n\nHow wide.");
    assert.is(
      (await notebook.answers.inspect({ code: "size", cursor: 4, detail: 0 })).data["text/plain"],
      "const size: Size",
    );
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
    const unknown = { code: "noSuchName", cursor: 10, detail: 0 } as const;
    assert.equal(await notebook.answers.inspect(unknown), { found: false, data: {} });
  }),
);
inspecting.run();
