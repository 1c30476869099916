import { createRequire } from "node:module";
import { PROTOCOL_VERSION } from "../../protocol/outgoing.js";
import type { Handler } from "../dispatch.js";

const { version } = createRequire(import.meta.url)("cellar/package.json") as { version: string };

/** Says what this kernel is. Answers before the session and the compiler have started. */
export const kernelInfoHandler: Handler = () => ({
  status: "ok",
  protocol_version: PROTOCOL_VERSION,
  implementation: "cellar",
  implementation_version: version,
  language_info: {
    name: "typescript",
    version: "6.0",
    mimetype: "text/typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    codemirror_mode: "typescript", // a name, not an object: clients in Rust read no object here
    nbconvert_exporter: "script",
  },
  banner: `Cellar ${version}: TypeScript pipelines whose results keep (Node ${process.versions.node})`,
  debugger: true,
  supported_features: ["debugger", "kernel subshells"],
  help_links: [
    { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
    { text: "Node.js", url: "https://nodejs.org/docs/latest/api/" },
  ],
});
