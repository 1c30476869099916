/** Secrets: a task gets the text; no store, no record, no output has it. */
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const TEXT = 'sk-live-4711-äöü-"quoted"';
const OTHER = "sk-test-4712-other";
const COMMAND = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const REGISTER = new URL("../../src/export/register.js", import.meta.url).href;
const LIBRARY = new URL("../../src/index.js", import.meta.url).href;

interface World {
  folder: string;
}

/** How a task comes by the text: code that defines the value `key`, which is given as an input. */
const WAYS: readonly (readonly [way: string, define: string, run?: string])[] = [
  ["secret()", 'const key = secret("API_KEY");'],
  ["secret() with from", 'const key = secret("k", { from: () => process.env["API" + "_KEY"] });'],
  ["secret() with an asynchronous from", 'const key = secret("k", { from: async () => process.env["API" + "_KEY"] });'],
  [
    "a secret parameter",
    'const key = parameter("k", { secret: true });',
    '{ parameters: { k: process.env["API" + "_KEY"] } }',
  ],
  ["a secret parameter's default", 'const key = parameter("k", { secret: true, default: process.env.API_KEY });'],
  ["a parameter from the environment", 'const key = parameter("k");', "{ parameters: { k: process.env.API_KEY } }"],
  [
    "a parameter inside an object",
    'const key = parameter("k");',
    "{ parameters: { k: [{ auth: process.env.API_KEY }] } }",
  ],
  ["the environment", "const key = process.env.API_KEY;"],
  ["the environment by a computed name", 'const key = process.env["API" + "_KEY"];'],
  ["the environment by a pattern", "const { API_KEY: key } = process.env;"],
  ["the environment by a second name", "const env = process.env; const key = env.API_KEY;"],
  ["the environment by an import", 'import { env } from "node:process"; const key = env.API_KEY;'],
  ["text around it", "const key = `Bearer ${process.env.API_KEY}`;"],
  ["an object around it", "const key = { headers: { auth: [process.env.API_KEY] } };"],
  ["a secret in an object", 'const key = { headers: { auth: [secret("API_KEY")] } };'],
];

/** What a task does with the text. `use` gets it as an input and knows it by name besides. */
const USES: readonly (readonly [use: string, body: string])[] = [
  ["returns something else", "return JSON.stringify(given).length;"],
  ["returns it", "return given;"],
  ["returns it inside a text", "return `it is ${JSON.stringify(given)}`;"],
  ["throws it", "throw new Error(`refused ${JSON.stringify(given)}`, { cause: new Error(JSON.stringify(given)) });"],
  ["throws it as a property", "throw Object.assign(new Error('no'), { config: { given } });"],
  [
    "logs it",
    "context().log(JSON.stringify(given)); console.log(given, [given]); console.error(JSON.stringify(given)); return 1;",
  ],
  ["tells it as progress", "context().progress(0.5, JSON.stringify(given)); return 1;"],
  ["fails with it", "throw signals.fail(JSON.stringify(given));"],
  ["waits with it", "throw signals.retry({ in: '1h', message: JSON.stringify(given) });"],
];

/** One flow with a task for each use. */
const script = (define: string, bodies: readonly string[], run = "{}", options = "{}") => `
import { context, flow, parameter, secret, signals, task, ThreadExecutor } from "cellar";
${define}
const options = { cacheFor: "1h" };
${bodies.map((body, at) => `const use${at} = task("use${at}", (given) => { ${body} }, options);`).join("\n")}
const after = task("after", (value) => typeof value);
const main = flow("main", () => [${bodies.map((_, at) => `use${at}(key), after(use${at}(key))`).join(", ")}], ${options});
const state = await main.run({ ...${run}, maxWait: 0, onState: (state) => console.log(state.type, state.message) });
console.log(state, ...state.result.values());
`;
/** Without what another thread cannot import by the name that only the test's hooks know. */
const THREAD_USES = USES.slice(0, 5).map(([, body]) => body);
const ALL = USES.map(([, body]) => body);

async function run(folder: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, API_KEY: TEXT, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return out + err;
}

/** Everything that lies in the folder's store, and in notebooks written there. */
async function kept(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter(
    (entry) => entry.isFile() && (entry.parentPath.includes(".cellar") || /^out/.test(entry.name)),
  );
  return (await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")))).join("\n");
}

/** The text, and a part of it long enough to be no accident. */
function assertHidden(output: string, what: string): void {
  for (const part of [TEXT, JSON.stringify(TEXT).slice(1, -1), "sk-live-4711"])
    assert.is(output.includes(part), false, `${what} has ${part}: ${excerpt(output, part)}`);
}
const excerpt = (output: string, part: string): string => {
  const at = output.indexOf(part);
  return at < 0 ? "" : output.slice(Math.max(0, at - 300), at + 60);
};

const test = suite<World>("secrets");
test.before.each(async (world) => {
  world.folder = await mkdtemp(join(tmpdir(), "cellar-secret-"));
});
test.after.each(({ folder }) => rm(folder, { recursive: true, force: true }));

for (const [way, define, options] of WAYS)
  test(`a script hides what comes by ${way}, whatever tasks do with it`, async ({ folder }) => {
    await writeFile(join(folder, "flow.mts"), script(define, ALL, options));
    const output = await run(folder, ["--import", REGISTER, "flow.mts"]);
    assert.match(output, "Failed", "it ran");
    assert.not.match(output, "Cannot read");
    assertHidden(output, "the output");
    assertHidden(await kept(folder), "the store");
  });

test("plain JavaScript hides the environment too", async ({ folder }) => {
  const code = script("const key = process.env.API_KEY;", ALL).replace('"cellar"', JSON.stringify(LIBRARY));
  await writeFile(join(folder, "flow.mjs"), code);
  assertHidden(await run(folder, ["flow.mjs"]), "the output");
  assertHidden(await kept(folder), "the store");
});

test("a notebook hides what its cells show and what it stores", async ({ folder }) => {
  const cells = [
    'import { context, flow, parameter, secret, signals, task } from "cellar";\nconst key = process.env.API_KEY;\nconst hidden = secret("API_KEY");',
    "key",
    "hidden",
    "[key, { key }]",
    "console.log(key); console.error(`at ${key}`); process.stdout.write(key! + '\\n');",
    'const use = task("use", (given: string, named: string, n: number) => { context().log(given); console.log(named); if (n > 1) throw new Error(named); return key!.length + n; }, { maxRetries: 1, cacheFor: "1h" });\nconst main = flow("main", () => { const one = use(key!, hidden, 1); return { one, two: use(hidden, key!, 2) }; });\nawait main.run()',
    "await main.run({ resume: 'never' })",
    "await use(key!, hidden, 1)",
    "throw new Error(`no ${key}`)",
  ];
  const notebook = {
    cells: cells.map((source, at) => ({
      cell_type: "code",
      id: `c${at}`,
      metadata: {},
      outputs: [],
      execution_count: null,
      source,
    })),
    metadata: { kernelspec: { name: "cellar", display_name: "Cellar", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
  await writeFile(join(folder, "in.ipynb"), JSON.stringify(notebook));
  const output = await run(folder, [COMMAND, "run", "in.ipynb", "-o", "out.ipynb"]);
  assert.match(await readFile(join(folder, "out.ipynb"), "utf8"), "•••");
  assertHidden(output, "what `cellar run` prints");
  assertHidden(await kept(folder), "the store or the notebook");
  await run(folder, [COMMAND, "export", "in.ipynb", "-o", "out.ts"]);
  assertHidden(await readFile(join(folder, "out.ts"), "utf8"), "the exported script");
});

test("a task in a thread gets the text, and shows it nowhere", async ({ folder }) => {
  const code = script(
    'const key = secret("API_KEY");',
    THREAD_USES,
    "{}",
    "{ executor: new ThreadExecutor({ workers: 1 }) }",
  );
  await writeFile(join(folder, "flow.mts"), code);
  assertHidden(await run(folder, ["--import", REGISTER, "flow.mts"]), "the output");
  assertHidden(await kept(folder), "the store");
});

test("a task gets the text itself, and a result made from it is keyed by it", async ({ folder }) => {
  const code = script('const key = secret("API_KEY");', [
    "console.log('called', given === process.env['API' + '_KEY'], context().parameters.API_KEY === given, given.length); return given.length;",
  ]);
  await writeFile(join(folder, "flow.mts"), code);
  const args = ["--import", REGISTER, "flow.mts"];
  assert.match(await run(folder, args), `called true true ${TEXT.length}`);
  assert.not.match(await run(folder, args), "called");
  assert.match(await run(folder, args, { API_KEY: OTHER }), `called true true ${OTHER.length}`);
});

test("a secret that is not there says so before any task runs", async ({ folder }) => {
  await writeFile(
    join(folder, "flow.mts"),
    script('const key = secret("NOT_THERE");', ["console.log('called'); return 1;"]),
  );
  const output = await run(folder, ["--import", REGISTER, "flow.mts"]);
  assert.match(output, 'Cannot read secret "NOT_THERE": the environment variable "NOT_THERE" is not set');
  assert.not.match(output, "called");
});

const UNSHOWN: readonly (readonly [what: string, options: string])[] = [
  ["checkpoint: false", "{ checkpoint: false }"],
  [
    "a serializer of one's own",
    "{ serializer: { type: 'aes', serialize: (value) => Buffer.from(JSON.stringify(value)).toString('hex'), deserialize: (blob) => JSON.parse(Buffer.from(blob, 'hex').toString()) } }",
  ],
  [
    "a serializer of one's own that fails",
    "{ serializer: { type: 'aes', serialize: () => { throw new Error('no'); }, deserialize: (blob) => blob } }",
  ],
];
for (const [what, options] of UNSHOWN)
  test(`${what} leaves nothing readable of a value in the store`, async ({ folder }) => {
    const value = "plain-value-of-a-task";
    const code = `
import { flow, task } from "cellar";
const make = task("make", (n: number) => ["plain-value", "of-a-task"].join("-") + "!".repeat(n % 1), ${options});
const use = task("use", (given: string) => given.length, { cacheFor: "1h" });
const all = task("all", (given: string[]) => given.length);
const state = await flow("f", () => { const m = make.map([1, 2]); return { one: use(make(1)), all: all(m), list: use([make(3)] as never) }; }).run();
console.log(state.type, state.task("use").result);`;
    await writeFile(join(folder, "flow.mts"), code);
    assert.match(await run(folder, ["--import", REGISTER, "flow.mts"]), `Success ${value.length}`);
    const store = await kept(folder);
    assert.is(store.includes(value), false, excerpt(store, value));
  });

test.run();
