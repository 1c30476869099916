import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import ts = require("typescript");

/** What Node has for the parts of Deno that notebooks use. */
const OF_DENO: { readonly [part: string]: string } = {
  readTextFile: 'readFile(path, "utf8") from "node:fs/promises"',
  readTextFileSync: 'readFileSync(path, "utf8") from "node:fs"',
  writeTextFile: 'writeFile(path, text) from "node:fs/promises"',
  writeTextFileSync: 'writeFileSync(path, text) from "node:fs"',
  readFile: 'readFile(path) from "node:fs/promises"',
  writeFile: 'writeFile(path, bytes) from "node:fs/promises"',
  readDir: 'readdir(path) from "node:fs/promises"',
  mkdir: 'mkdir(path) from "node:fs/promises"',
  remove: 'rm(path) from "node:fs/promises"',
  stat: 'stat(path) from "node:fs/promises"',
  env: "process.env",
  args: "process.argv",
  cwd: "process.cwd()",
  exit: "process.exit()",
  pid: "process.pid",
  version: "process.versions",
  memoryUsage: "process.memoryUsage()",
  Command: 'execFile from "node:child_process"',
  serve: 'createServer from "node:http"',
  test: 'test from "node:test"',
  inspect: 'inspect from "node:util"',
  jupyter: "display(value) and html`<b>text</b>`, md, svg, which every cell knows",
};

/**
 * What to write for a name that nobody declared and that other programs know: Deno's, or one of browsers.
 * @param after the text that follows the name.
 */
export function foreignName(name: string, after: string): string | undefined {
  if (name === "Deno" || name === "Bun") {
    const part = /^\s*\.\s*(\w+)/.exec(after)?.[1] ?? "";
    const instead = name === "Deno" && Object.hasOwn(OF_DENO, part) ? OF_DENO[part] : undefined;
    return `This kernel runs Node, not ${name}. ${instead ? `Instead of ${name}.${part}: ${instead}` : "Use Node's own modules (node:fs, node:process …)"}`;
  }
  if (!browserNames().has(name)) return undefined;
  return `It is a name of browsers; for its types, write as the cell's first line: /// <reference lib="dom" />`;
}

let names: ReadonlySet<string> | undefined;

/** Read when a name is missing: most notebooks never need it. */
function browserNames(): ReadonlySet<string> {
  if (names) return names;
  const folder = dirname(ts.getDefaultLibFilePath({}));
  const text = readFileSync(join(folder, "lib.dom.d.ts"), "utf8");
  names = new Set([...text.matchAll(/^(?:interface|declare (?:var|function)|type) (\w+)/gm)].map(([, name]) => name!));
  return names;
}
