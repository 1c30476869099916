import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Program, parse } from "acorn";

export type ModuleFormat = "module" | "commonjs";

/** What the package.json nearest to a file says of `.js` and `.ts` files; "none" where it says nothing. */
export function packageType(file: string): ModuleFormat | "none" {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const type = typeIn(join(folder, "package.json"));
    if (type !== undefined) return type;
    if (folder === dirname(folder)) return "none";
  }
}

function typeIn(manifest: string): ModuleFormat | "none" | undefined {
  let text: string;
  try {
    text = readFileSync(manifest, "utf8");
  } catch {
    return undefined; // none here: the one above counts
  }
  try {
    const { type } = JSON.parse(text) as { type?: unknown };
    return type === "module" || type === "commonjs" ? type : "none";
  } catch {
    return "none"; // unfinished: Node itself says so where it matters
  }
}

/** Whether Node runs a JavaScript file, or we a TypeScript file, as CommonJS. */
export function isCommonJs(file: string): boolean {
  const ending = /\.[^./\\]+$/.exec(file)?.[0];
  if (ending === ".cjs" || ending === ".cts") return true;
  if (ending === ".mjs" || ending === ".mts" || ending === ".json") return false;
  const type = packageType(file);
  if (type === "module") return false;
  if (ending === ".js" || ending === undefined) return type === "commonjs" || !isModuleText(readFileSync(file, "utf8"));
  return speaksCommonJs(readFileSync(file, "utf8"));
}

/** Whether TypeScript can only be CommonJS: `export =`, `import x = require()`, or no ES module and CommonJS's names. */
export function speaksCommonJs(text: string): boolean {
  if (/^\s*(export\s*=|(export\s+)?import\s+[\w$]+\s*=\s*require\b)/m.test(text)) return true;
  if (/^\s*(import|export)\b/m.test(text)) return false;
  return /\b(module\.exports|exports\.|require\()/.test(text);
}

/** Whether JavaScript can only be an ES module: it imports, exports, or awaits at its top. */
export function isModuleText(js: string): boolean {
  return parses(js, "script") === undefined && parses(js, "module") !== undefined;
}

function parses(js: string, sourceType: "script" | "module"): Program | undefined {
  try {
    return parse(js, { ecmaVersion: "latest", sourceType, allowHashBang: true, allowReturnOutsideFunction: true });
  } catch {
    return undefined;
  }
}
