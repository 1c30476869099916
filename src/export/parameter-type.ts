/**
 * A value that people write on a command line, read by the type that its parameter declares. Scripts that were
 * exported use it as well, so it brings no compiler along.
 */

/**
 * Members of a union, as text: "string", "number", "boolean", "bigint", "Date", "URL", "null", "undefined", "json"
 * (anything else that JSON can say), "any" (nothing is declared), or a literal: `"fast"`, `5`, `5n`, `true`.
 */
export type ParameterType = readonly string[];

const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const RESERVED: ReadonlySet<string> = new Set(
  (
    "arguments await break case catch class const continue debugger default delete do else enum eval export extends " +
    "false finally for function if implements import in instanceof interface let new null package private protected " +
    "public return static super switch this throw true try typeof var void while with yield"
  ).split(" "),
);
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;
const OTHER_BASE = /^0(?:x[\da-f]+|o[0-7]+|b[01]+)$/i;
const WORDS: { readonly [text: string]: number } = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};
const MISS = Symbol("the text is none of this member");

/** A name becomes a variable, so it must be one. @throws {RangeError} for any other text. */
export function requireParameterName(name: string): string {
  if (NAME.test(name) && !RESERVED.has(name)) return name;
  throw new RangeError(`Cannot set the parameter ${JSON.stringify(name)}: it is no name that a variable can have`);
}

/**
 * Reads the text of a parameter. The most special member of the type that fits decides; text stays text under
 * `string`, whatever it looks like.
 * @param subject how errors name it, such as `the parameter "limit"`.
 * @throws {TypeError} when it does not fit, or when a number would be rounded.
 */
export function readParameter(subject: string, text: string, type: ParameterType): unknown {
  const members = [...type].sort((a, b) => rank(a) - rank(b));
  for (const member of members) {
    const value = readAs(subject, member, text, type);
    if (value !== MISS) return value;
  }
  throw new TypeError(`Cannot set ${subject}: ${JSON.stringify(text)} is ${misfit(type)}`);
}

/** Special ones first: a literal or `null` is meant before any number, a number before any text. */
const ORDER = ["undefined", "null", "boolean", "number", "bigint", "Date", "URL", "json", "any", "string"];
const rank = (member: string): number => ORDER.indexOf(member);

function readAs(subject: string, member: string, text: string, type: ParameterType): unknown {
  switch (member) {
    case "string":
      return text;
    case "number":
      return readNumber(subject, text.trim(), type.includes("bigint"));
    case "bigint":
      return /^[+-]?\d+n?$/.test(text.trim()) ? BigInt(text.trim().replace(/^\+|n$/g, "")) : MISS;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : MISS;
    case "null":
      return text === "null" ? null : MISS;
    case "undefined":
      return text === "undefined" ? undefined : MISS;
    case "Date":
      return Number.isNaN(Date.parse(text)) ? MISS : new Date(text);
    case "URL":
      return URL.canParse(text) ? new URL(text) : MISS;
    case "json":
      return readJson(subject, text, (value) => typeof value === "object" && value !== null);
    case "any":
      return orElse(
        readJson(subject, text, () => true),
        text,
      );
    default:
      return readLiteral(member, text);
  }
}

const orElse = (value: unknown, other: unknown): unknown => (value === MISS ? other : value);

function readLiteral(literal: string, text: string): unknown {
  if (literal.startsWith('"')) return JSON.parse(literal) === text ? text : MISS;
  if (literal === "true" || literal === "false") return literal === text ? literal === "true" : MISS;
  if (literal.endsWith("n")) return literal === text || literal === `${text}n` ? BigInt(literal.slice(0, -1)) : MISS;
  return text.trim() !== "" && Number(literal) === Number(text) ? Number(literal) : MISS;
}

function readNumber(subject: string, text: string, leavesLarge: boolean): unknown {
  if (text in WORDS) return WORDS[text];
  if (!DECIMAL.test(text) && !OTHER_BASE.test(text)) return MISS;
  const value = Number(text);
  if (isExact(text, value)) return value;
  if (leavesLarge) return MISS;
  throw new TypeError(inexact(subject, text, value));
}

/** Whole numbers are not rounded in silence; that a fraction is, everybody knows. */
const isExact = (text: string, value: number): boolean =>
  Number.isFinite(value) && (!WHOLE.test(text) || BigInt(value) === BigInt(text.replace(/^\+/, "")));

const inexact = (subject: string, text: string, value: number): string =>
  `Cannot set ${subject}: as a number, ${text} is not exact (it would be ${value}); declare it as bigint or as string`;

function readJson(subject: string, text: string, fits: (value: unknown) => boolean): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return MISS; // the caller says what was wanted
  }
  if (!fits(value)) return MISS;
  for (const [number] of text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/-?\d[\d.eE+-]*/g))
    if (!isExact(number, Number(number))) throw new TypeError(inexact(subject, number, Number(number)));
  return value;
}

function misfit(type: ParameterType): string {
  if (type.length > 1 && type.every((member) => rank(member) < 0)) return `none of ${type.join(", ")}`;
  const members = [...type.filter((member) => !isNothing(member)), ...type.filter(isNothing)];
  if (type.length > 1) return `not of the type ${members.map((member) => NAMES[member] ?? member).join(" | ")}`;
  const [member = ""] = type;
  return `not ${NOUNS[member] ?? member}`;
}

const isNothing = (member: string): boolean => member === "null" || member === "undefined";

const NAMES: { readonly [member: string]: string } = { json: "JSON" };
const NOUNS: { readonly [member: string]: string } = {
  number: "a number",
  boolean: "true or false",
  bigint: "a whole number",
  Date: "a date",
  URL: "a URL",
  json: "a list or an object in JSON",
};
