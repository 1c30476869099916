import { readFile } from "node:fs/promises";
import { createRequire, type LoadHook, type ResolveHook } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { create, type Service } from "ts-node";
import { noteSources } from "../source/note-sources.js";

const NOTE_SOURCE = new URL("../source/source-note.js", import.meta.url).href;
/** One engine and one store: whatever the script's folder has installed, `cellar` is the copy that loads it. */
const OWN: { readonly [specifier: string]: string } = {
  cellar: new URL("../index.js", import.meta.url).href,
  "cellar/script": new URL("./open-script.js", import.meta.url).href,
};
const TYPESCRIPT = /\.[mc]?tsx?$/;
const INLINE_MAP = /\n\/\/# sourceMappingURL=data:application\/json[^,]*;base64,([\w+/=]+)\s*$/;

/** Finds `cellar` here, and `./x.ts` where a TypeScript file imports `./x.js` or `./x`. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  const own = OWN[specifier];
  if (own) return { url: own, format: "module", shortCircuit: true };
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!/^\.{1,2}\//.test(specifier) || !TYPESCRIPT.test(context.parentURL ?? "")) throw error;
    for (const sibling of typescriptNames(specifier)) {
      try {
        return await next(sibling, context);
      } catch {
        // the next name may be there; the first error is the one to tell
      }
    }
    throw error;
  }
};

/** Compiles TypeScript files and notes their functions' sources. */
export const load: LoadHook = async (url, context, next) => {
  const file = url.startsWith("file:") ? fileURLToPath(url) : "";
  if (!TYPESCRIPT.test(file) || file.endsWith(".d.ts") || file.includes("/node_modules/")) return next(url, context);
  const compiled = compilerFor(dirname(file)).compile(await readFile(file, "utf8"), file);
  const inline = INLINE_MAP.exec(compiled);
  const { code, map } = noteSources(compiled.replace(INLINE_MAP, "\n"), {
    filename: url,
    noteSourceFrom: NOTE_SOURCE,
    ...(inline && { map: Buffer.from(inline[1]!, "base64").toString() }),
  });
  const source = `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`;
  return { format: "module", source, shortCircuit: true };
};

function typescriptNames(specifier: string): string[] {
  const stem = /^(.*)\.([mc]?)js(x?)$/.exec(specifier);
  if (stem) return [`${stem[1]}.${stem[2]}ts${stem[3]}`, `${stem[1]}.tsx`];
  return [`${specifier}.ts`, `${specifier}.tsx`, `${specifier}/index.ts`];
}

const compilers = new Map<string, Service>();

/** ts-node with the nearest tsconfig.json, but always ES modules for this Node. Types are checked elsewhere. */
function compilerFor(folder: string): Service {
  let compiler = compilers.get(folder);
  if (!compiler) {
    compiler = create({
      cwd: folder,
      projectSearchDir: folder,
      compiler: createRequire(import.meta.url).resolve("typescript"),
      transpileOnly: true,
      compilerOptions: {
        module: "ESNext",
        moduleResolution: "Bundler",
        target: "ES2022",
        ignoreDeprecations: "6.0",
        sourceMap: true,
        inlineSources: true,
        verbatimModuleSyntax: false,
      },
    });
    compilers.set(folder, compiler);
  }
  return compiler;
}
