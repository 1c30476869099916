/**
 * The percent form of a notebook, as jupytext and editors read it: `// %%` before each cell. Lossless
 * both ways but for outputs and execution counts.
 */
import type { Json } from "../contracts/json.js";
import type { Cell, Notebook } from "./notebook.js";

const DEFAULT_KERNELSPEC = { display_name: "TypeScript (Cellar)", language: "typescript", name: "cellar" };
const FORMAT = [
  "  jupytext:",
  "    text_representation:",
  "      extension: .ts",
  "      format_name: percent",
  "      format_version: '1.3'",
];
const MARKER = /^\/\/ %%(?: (.*))?$/;
/** Lines of a cell that would be taken for a marker are written with one more comment sign. */
const ESCAPED = /^(?:\/\/ ){2,}%%/;
/** What a cell asks npm for is no TypeScript: a comment in the script. */
const NPM_LINE = /^(?:\/\/ )*%npm\b/gm;
const ESCAPED_NPM = /^(?:\/\/ )+%npm\b/;
const TO_ESCAPE = /^(?:\/\/ )+%%/gm;
/** Ends a line for JavaScript, so a comment cannot hold it, but not for a notebook's source. */
const FOREIGN_LINE_END = /[\r\u2028\u2029]/;
const KEY = /^[A-Za-z][\w.-]*$/;
const PLAIN_TITLE = /^\w(?:[\w .,:-]*[\w.,:-])?$/;

/** Writes the percent form. */
export function toPercentScript({ cells, metadata }: Notebook): string {
  const named = Object.entries(metadata).map(
    ([key, value]) => `  ${KEY.test(key) ? key : oneLine(key)}: ${oneLine(value)}`,
  );
  const header = ["---", "jupyter:", ...("jupytext" in metadata ? [] : FORMAT), ...named, "---"];
  return [comment(header.join("\n")), ...cells.map(writeCell)].join("\n\n").concat("\n");
}

/** Reads the percent form. Text before the first marker is a code cell of its own. */
export function fromPercentScript(text: string): Notebook {
  const isWindows = text.includes("\r\n") && !/(?<!\r)\n/.test(text);
  const lines = text.split(isWindows ? "\r\n" : "\n");
  if (lines.at(-1) === "") lines.pop();
  const headerEnd = lines[0] === "// ---" ? lines.indexOf("// ---", 1) + 1 : 0;
  const metadata = readHeader(lines.slice(0, headerEnd));
  const cells: Cell[] = [];
  let marker: string | undefined;
  let body: string[] = [];
  const close = (last: boolean): void => {
    if (!last && body.at(-1) === "") body.pop(); // the empty line that parts two cells
    if (marker !== undefined || body.some((line) => line !== ""))
      cells.push(readCell(marker ?? "", body, cells.length));
    body = [];
  };
  for (const line of lines.slice(headerEnd)) {
    const found = MARKER.exec(line);
    if (!found) {
      body.push(line);
      continue;
    }
    close(false);
    marker = found[1] ?? "";
  }
  close(true);
  return { cells, metadata };
}

function writeCell({ kind, id, source, metadata, attachments }: Cell): string {
  const title = typeof metadata.title === "string" && PLAIN_TITLE.test(metadata.title) ? metadata.title : null;
  const entries = Object.entries(metadata).filter(([key]) => !(key === "title" && title !== null));
  const odd = entries.filter(([key]) => !KEY.test(key) || RESERVED.has(key));
  const inComment = kind !== "code";
  const pairs: { [key: string]: Json } = {
    id,
    ...Object.fromEntries(entries.filter((entry) => !odd.includes(entry))),
    ...(odd.length > 0 && { metadata: Object.fromEntries(odd) }),
    ...(attachments && { attachments }),
    ...(inComment && FOREIGN_LINE_END.test(source) && { source }),
  };
  const words = [
    "// %%",
    ...(title === null ? [] : [title]),
    ...(inComment ? [`[${kind}]`] : []),
    ...Object.entries(pairs).map(([key, value]) => `${key}=${oneLine(value)}`),
  ];
  const body = (inComment ? comment(source) : source.replaceAll(NPM_LINE, (line) => `// ${line}`)).replaceAll(
    TO_ESCAPE,
    (marker) => `// ${marker}`,
  );
  return `${words.join(" ")}\n${body}`;
}

const RESERVED = new Set(["id", "attachments", "metadata", "source"]);

function readCell(marker: string, body: readonly string[], index: number): Cell {
  const { kind, title, pairs } = readMarker(marker);
  const { id, metadata: odd, attachments, source, ...plain } = pairs;
  const isEscaped = (line: string): boolean => ESCAPED.test(line) || (kind === "code" && ESCAPED_NPM.test(line));
  const lines = body.map((line) => (isEscaped(line) ? line.slice("// ".length) : line));
  const text = (kind === "code" ? lines : lines.map((line) => line.replace(/^\/\/ ?/, ""))).join("\n");
  return {
    kind,
    id: typeof id === "string" ? id : `cell-${index + 1}`,
    source: typeof source === "string" ? source : text,
    metadata: { ...(title !== "" && { title }), ...plain, ...(odd as { [key: string]: Json } | undefined) },
    ...(attachments !== undefined && { attachments: attachments as { [key: string]: Json } }),
    executed: null,
  };
}

/** `title [kind] key=json key=json`, each part optional. */
function readMarker(marker: string): { kind: Cell["kind"]; title: string; pairs: { [key: string]: Json } } {
  const pairs: { [key: string]: Json } = {};
  const firstPair = /(?:^| )[A-Za-z][\w.-]*=/.exec(marker);
  const head = firstPair ? marker.slice(0, firstPair.index) : marker;
  const [title, named] = withoutKind(head.trimEnd());
  let rest = firstPair ? marker.slice(firstPair.index).trimStart() : "";
  while (rest !== "") {
    const key = /^([A-Za-z][\w.-]*)=/.exec(rest);
    if (!key)
      throw new SyntaxError(`Cannot read the cell marker ${JSON.stringify(marker)}: no key at ${oneLine(rest)}`);
    const end = jsonEnd(rest, key[0].length);
    pairs[key[1]!] = readJson(rest.slice(key[0].length, end), marker);
    rest = rest.slice(end).trimStart();
  }
  return { kind: named, title, pairs };
}

const KINDS: readonly (readonly [mark: string, kind: Cell["kind"]])[] = [
  ["[markdown]", "markdown"],
  ["[md]", "markdown"],
  ["[raw]", "raw"],
];

/** By hand, since a title may have any number of spaces, and an expression would try each of them for an end. */
function withoutKind(head: string): [title: string, kind: Cell["kind"]] {
  const found = KINDS.find(([mark]) => head.endsWith(mark));
  return found ? [head.slice(0, -found[0].length).trimEnd(), found[1]] : [head, "code"];
}

/** Index after the JSON value that begins at `from`: at the first space outside strings and brackets. */
function jsonEnd(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let i = from; i < text.length; i++) {
    const sign = text[i]!;
    if (quoted) {
      if (sign === "\\") i += 1;
      else if (sign === '"') quoted = false;
    } else if (sign === '"') quoted = true;
    else if (sign === "[" || sign === "{") depth += 1;
    else if (sign === "]" || sign === "}") depth -= 1;
    else if (sign === " " && depth === 0) return i;
  }
  return text.length;
}

function readJson(text: string, marker: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new SyntaxError(`Cannot read the line ${JSON.stringify(marker)}: ${text} is not JSON`, { cause });
  }
}

/** Keys of the header whose value is JSON on one line, as written here; a block of YAML is jupytext's own. */
function readHeader(lines: readonly string[]): Notebook["metadata"] {
  if (lines.length === 0 || lines.includes("//   kernelspec:")) return { kernelspec: DEFAULT_KERNELSPEC };
  const pairs = lines.flatMap((line): [string, Json][] => {
    const pair = /^\/\/ {3}("(?:[^"\\]|\\.)*"|[A-Za-z][\w.-]*): (.+)$/.exec(line);
    if (!pair) return [];
    return [[pair[1]!.startsWith('"') ? (JSON.parse(pair[1]!) as string) : pair[1]!, readJson(pair[2]!, line)]];
  });
  return Object.fromEntries(pairs);
}

/** Each line as a comment. What else ends a line for JavaScript is shown as a space. */
const comment = (text: string): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? "//" : `// ${line.replaceAll(/[\r\u2028\u2029]/g, " ")}`))
    .join("\n");

/** JSON that neither ends a line nor a comment. */
const oneLine = (value: Json): string =>
  JSON.stringify(value).replaceAll(/[\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`);
