import { parseModule } from "../source/parsed-module.js";

const NAMES = ["require", "__filename", "__dirname"] as const;
const MENTIONED = /\b(require|__filename|__dirname)\b/;
const MAP_COMMENT = /\n\/\/# sourceMappingURL=[^\n]*\s*$/;

/**
 * Gives an ES module the names that CommonJS files have, where it uses them: outside "type": "module", TypeScript is
 * written with `import` and yet for CommonJS. Lines and columns stay where they are.
 */
export function withCommonJsNames(js: string, path: string): string {
  if (!MENTIONED.test(js.replace(MAP_COMMENT, ""))) return js;
  const free = new Set(parseModule(js).scopes.globalScope?.through.map(({ identifier }) => String(identifier.name)));
  const used = NAMES.filter((name) => free.has(name));
  if (used.length === 0) return js;
  const module = [
    'import { createRequire } from "node:module";',
    'import { dirname } from "node:path";',
    `export const __filename = ${JSON.stringify(path)};`,
    "export const __dirname = dirname(__filename);",
    "export const require = createRequire(__filename);",
  ].join("");
  const line = `import { ${used.join(", ")} } from "data:text/javascript,${encodeURIComponent(module)}";`;
  const map = MAP_COMMENT.exec(js)?.[0] ?? "";
  return `${js.slice(0, js.length - map.length)}\n${line}${map}`; // an import counts from the first line on, wherever it stands
}
