/** The house's rules as data, checked on every source file. There is no list of exceptions. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { suite } from "uvu";
import * as assert from "uvu/assert";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

/** A file imports from its own floor or from floors below. The longest matching path says a file's floor. */
const FLOORS: readonly (readonly string[])[] = [
  ["src/contracts"],
  [
    "src/result",
    "src/state",
    "src/source",
    "src/links/error-record.ts",
    "src/display/human-units.ts",
    "kernel/protocol",
  ],
  ["src/task", "src/flow", "src/store", "src/display", "src/links", "src/modules", "kernel/links"],
  [
    "src/engine",
    "src/export",
    "kernel/wire",
    "kernel/language",
    "kernel/session",
    "kernel/control",
    "kernel/preview",
    "src/distributed",
  ],
  ["src/index.ts", "src/cli", "kernel/main.ts", "kernel/headless", "extension/src"],
];

/** What may never be imported, whatever the floors say. */
const NEVER: readonly { readonly from: RegExp; readonly to: RegExp; readonly why: string }[] = [
  { from: /^src\//, to: /^(kernel|extension)\//, why: "the library knows neither kernel nor extension" },
  { from: /^kernel\//, to: /^extension\//, why: "the kernel does not know the extension" },
  { from: /^extension\//, to: /^kernel\//, why: "the browser reaches the kernel by messages alone" },
  {
    from: /^extension\//,
    to: /^src\/(?!contracts\/|display\/(graph-grid|graph-layout|human-units|run-outline)\.ts$)/,
    why: "the browser shares contracts, layout and what imports nothing but contracts",
  },
  {
    from: /^kernel\/wire\//,
    to: /^kernel\/(language|session|control|preview)\//,
    why: "threads and processes meet in links",
  },
  { from: /^kernel\/language\//, to: /^kernel\/(wire|session|control)\//, why: "threads and processes meet in links" },
  {
    from: /^kernel\/(session|control)\//,
    to: /^kernel\/(wire|language)\//,
    why: "threads and processes meet in links",
  },
];

/** Packages that only some files may import. */
const PACKAGES: { readonly [name: string]: RegExp } = {
  zeromq: /^kernel\/wire\/sockets\.ts$/,
  typescript: /^(kernel\/language|src\/export)\/|^src\/modules\/project-options\.ts$/, // the last one types alone: its callers pass the compiler
  "ts-node": /^src\/modules\//,
  sqlite3: /^src\/store\/sqlite3-driver\.ts$/,
  "node:sqlite": /^src\/store\/[\w-]+-driver\.ts$/,
  bullmq: /^src\/distributed\/bull-[\w-]*dispatch\.ts$/,
  ioredis: /^src\/distributed\/redis-link\.ts$/,
  esbuild: /^src\/distributed\/bundle-modules\.ts$/,
  commander: /^src\/cli\//,
  "node:vm": /^(kernel\/(session\/|language\/compiler-code\.ts$)|src\/engine\/threads\/)/, // people's code in the session; the compiler itself
  "node:inspector": /^(kernel\/(session|control)\/|src\/source\/function-view\.ts$)/,
  "node:inspector/promises": /^kernel\/control\//,
};

const SQL =
  /\b(SELECT\s[\s\S]+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|PRAGMA)\b/;
const SHAPELESS_NAMES = /(^|[-/])(utils?|helpers?|common|misc|manager|impl|base)([-./]|$)/;
/** Each pattern has a bracket that keeps it from matching itself. */
const LEFTOVERS = /\bTO[D]O\b|\bFIX[M]E\b|^\s*\w+\.(skip|only)[(]/m;
const LONGEST_FILE = 300;

interface Manifest {
  readonly dependencies?: { readonly [name: string]: string };
  readonly devDependencies?: { readonly [name: string]: string };
}
const readManifest = (path: string): Manifest => JSON.parse(readFileSync(join(PROJECT, path), "utf8"));
const ROOT = readManifest("package.json");
const EXTENSION = readManifest("extension/package.json");

interface Source {
  readonly path: string;
  readonly text: string;
  /** As written. */
  readonly specifiers: readonly string[];
  /** Those of them that the compiler erases. */
  readonly typeOnly: ReadonlySet<string>;
  /** Files of ours, by path. */
  readonly imports: readonly string[];
}

const sources = ["src", "kernel", "extension/src", "test", "bench"].flatMap(readSources);
const own = sources.filter(({ path }) => !path.startsWith("test/") && !path.startsWith("bench/"));

function readSources(folder: string): Source[] {
  if (!existsSync(join(PROJECT, folder))) return [];
  return readdirSync(join(PROJECT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
    .filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".d.ts") && !path.includes("node_modules"))
    .map(readSource);
}

function readSource(path: string): Source {
  const text = readFileSync(join(PROJECT, path), "utf8");
  const specifiers = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, false);
  const typeOnly = new Set(
    file.statements
      .filter(ts.isImportDeclaration)
      .filter(({ importClause }) => importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword)
      .map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text),
  );
  const imports = specifiers
    .filter((name) => name.startsWith("."))
    .map((name) => sourceOf(posix.join(dirname(path), name)));
  return { path, text, specifiers, typeOnly, imports };
}

function sourceOf(imported: string): string {
  const stem = imported.replace(/\.js$/, "");
  return [`${stem}.ts`, `${stem}.tsx`].find((path) => existsSync(join(PROJECT, path))) ?? imported;
}

function floorOf(path: string): number {
  const matches = FLOORS.flatMap((folders, floor) =>
    folders.filter((folder) => path === folder || path.startsWith(`${folder}/`)).map((folder) => ({ folder, floor })),
  );
  return matches.sort((a, b) => b.folder.length - a.folder.length)[0]?.floor ?? -1;
}

/** The texts in quotes of a file: code and comments may speak of anything. */
function stringsOf(text: string): string[] {
  const strings: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node)) strings.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("source.ts", text, ts.ScriptTarget.ESNext, false));
  return strings;
}

/** Each ring of files that import each other, as one line. */
function cycles(files: readonly Source[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) found.push([...trail.slice(trail.indexOf(path)), path].join(" → "));
    if (trail.includes(path) || done.has(path)) return;
    for (const other of byPath.get(path)?.imports ?? []) visit(other, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}

const floors = suite("floors");
floors("every source file stands on a floor", () => {
  assert.equal(
    own.filter(({ path }) => floorOf(path) < 0).map(({ path }) => path),
    [],
  );
});
floors("no file imports from a floor above", () => {
  const upward = own.flatMap(({ path, imports }) =>
    imports.filter((other) => floorOf(other) > floorOf(path)).map((other) => `${path} → ${other}`),
  );
  assert.equal(upward, []);
});
for (const { from, to, why } of NEVER)
  floors(`nothing in ${from.source} imports ${to.source}: ${why}`, () => {
    const found = own
      .filter(({ path }) => from.test(path))
      .flatMap(({ path, imports }) => imports.filter((other) => to.test(other)).map((other) => `${path} → ${other}`));
    assert.equal(found, []);
  });
floors("contracts import contracts alone", () => {
  const found = own
    .filter(({ path }) => path.startsWith("src/contracts/"))
    .flatMap(({ path, specifiers }) =>
      specifiers.filter((name) => !name.startsWith("./")).map((name) => `${path} → ${name}`),
    );
  assert.equal(found, []);
});
floors.run();

const packages = suite("packages");
for (const [name, allowed] of Object.entries(PACKAGES))
  packages(`${name} is imported in ${allowed.source} alone`, () => {
    const users = own.filter(({ specifiers }) =>
      specifiers.some((each) => each === name || each.startsWith(`${name}/`)),
    );
    assert.equal(
      users.map(({ path }) => path).filter((path) => !allowed.test(path)),
      [],
    );
  });
packages("SQL stands in the store alone", () => {
  const users = own.filter(({ text }) => stringsOf(text).some((each) => SQL.test(each)));
  assert.equal(
    users.map(({ path }) => path).filter((path) => !path.startsWith("src/store/")),
    [],
  );
});
packages("every package that is imported is a dependency, for types at least while developing", () => {
  const missing = own.flatMap(({ path, specifiers, typeOnly }) => {
    const { dependencies, devDependencies } = path.startsWith("extension/") ? EXTENSION : ROOT;
    return specifiers
      .filter((name) => !/^(\.|node:|cellar(\/|$))/.test(name))
      .filter((name) => {
        const packageName = name.split("/", name.startsWith("@") ? 2 : 1).join("/");
        const development = [packageName, `@types/${packageName}`].some((each) => each in { ...devDependencies });
        return !(packageName in { ...dependencies }) && !(typeOnly.has(name) && development);
      })
      .map((name) => `${path} → ${name}`);
  });
  assert.equal(missing, []);
});
packages.run();

const files = suite("files");
files("there is no import cycle, type-only imports included", () => {
  assert.equal(cycles(sources), []);
});
files("names say what a file does", () => {
  assert.equal(
    sources.map(({ path }) => path).filter((path) => SHAPELESS_NAMES.test(path)),
    [],
  );
  assert.equal(
    sources.map(({ path }) => path).filter((path) => /[A-Z_ ]/.test(path)),
    [],
  );
});
files(`no file is longer than ${LONGEST_FILE} lines`, () => {
  const length = (text: string): number => text.trimEnd().split("\n").length;
  const long = own.filter(({ text }) => length(text) > LONGEST_FILE);
  assert.equal(
    long.map(({ path, text }) => `${path}: ${length(text)}`),
    [],
  );
});
files("no test is left out or alone, and nothing is left to do", () => {
  const left = sources.filter(({ text }) => LEFTOVERS.test(text));
  assert.equal(
    left.map(({ path }) => path),
    [],
  );
});
files.run();
