import { inspect } from "node:util";
import { maskText, noteSecret, secretNameOf } from "../result/masking.js";
import { SecretText } from "../result/secret-text.js";

/** The part of a Standard Schema (https://standardschema.dev) that is used here: zod, valibot, arktype … */
export interface StandardSchema<T = unknown> {
  /** The interface that the specification prescribes. */
  readonly "~standard": {
    /** Of the specification. */
    readonly version: 1;
    /** The library that made the schema. */
    readonly vendor: string;
    /** Gives the value, or what is wrong with it. */
    readonly validate: (value: unknown) => SchemaOutcome<T> | Promise<SchemaOutcome<T>>;
    /** Carries the types; never there at run time. */
    readonly types?:
      | {
          /** What it takes. */
          readonly input: unknown;
          /** What it gives. */
          readonly output: T;
        }
      | undefined;
  };
}
type SchemaOutcome<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };
interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a parameter takes. */
export interface ParameterOptions<T> {
  /** Taken when a run gives none; without it the parameter is required. */
  readonly default?: T;
  /** Validates what is given, and may change it (zod, valibot, arktype …). @default any value */
  readonly schema?: StandardSchema<T>;
  /** Only tasks get its value, which is text; it is stored and shown nowhere. @default false */
  readonly secret?: boolean;
}

/** A value that a run is given by name. Stands where a task takes a T. */
export class Parameter<T = unknown> {
  /** Carries the type; never there at run time. */
  declare readonly produces: T;
  constructor(
    /** Unique in its flow. */
    readonly name: string,
    /** Its default and its schema. */
    readonly options: ParameterOptions<T>,
  ) {}
  /** Where its value comes from when a run gives none: a secret's own source. */
  readonly source: (() => SecretText | Promise<SecretText>) | undefined = undefined;
  /** Whether each run must give it. */
  get required(): boolean {
    return !this.source && !Object.hasOwn(this.options, "default");
  }
  /** How it looks in a terminal. */
  [inspect.custom](): string {
    return `Parameter ${JSON.stringify(this.name)}`;
  }
}

/** Names a value that each run may give: `flow.run({ parameters: { url } })`. */
export function parameter<T = unknown>(name: string, options: ParameterOptions<T> = {}): Parameter<T> {
  if (typeof name !== "string" || name === "") throw new TypeError("Cannot make a parameter: its name is empty");
  return new Parameter<T>(name, options);
}

/**
 * The values of a run's parameters: given ones over those of an earlier attempt over defaults, each given one and each
 * default through its schema.
 * @param before values of an earlier attempt, which have been through their schema.
 * @throws {TypeError} naming a parameter that is missing, unknown or invalid.
 */
export async function resolveParameters(
  flowName: string,
  declared: ReadonlyMap<string, Parameter>,
  given: { readonly [name: string]: unknown },
  before: ReadonlyMap<string, unknown> = new Map(),
): Promise<{ readonly [name: string]: unknown }> {
  for (const name of Object.keys(given))
    if (!declared.has(name)) {
      const known = [...declared.keys()].map((each) => JSON.stringify(each)).join(", ") || "none";
      throw new TypeError(`Cannot run flow "${flowName}": unknown parameter "${name}" (it has ${known})`);
    }
  const values: [string, unknown][] = [];
  for (const [name, declaration] of declared) {
    const value = recalled(given[name]);
    const isGiven = Object.hasOwn(given, name) && !isLeftBehind(value);
    const earlier = recalled(before.get(name));
    if (!isGiven && before.has(name) && !isLeftBehind(earlier)) {
      values.push([name, earlier]);
      continue;
    }
    if (!isGiven && declaration.source) {
      values.push([name, await secretOf(flowName, declaration.source)]);
      continue;
    }
    if (!isGiven && declaration.required)
      throw new TypeError(`Cannot run flow "${flowName}": parameter "${name}" is missing`);
    const checked = await validated(flowName, declaration, isGiven ? value : declaration.options.default);
    values.push([name, hidden(flowName, declaration, checked)]);
  }
  return Object.fromEntries(values);
}

/** A secret of an earlier attempt, whose text no store has. */
const isLeftBehind = (value: unknown): boolean => value instanceof SecretText && !value.isKnown;

/** A given value; of an environment variable that an earlier attempt was given, its text now. */
function recalled(value: unknown): unknown {
  if (!(value instanceof SecretText) || value.isKnown) return value;
  const text = process.env[value.name];
  return text === undefined ? value : new SecretText(value.name, text);
}

async function secretOf(flowName: string, source: () => SecretText | Promise<SecretText>): Promise<SecretText> {
  try {
    return await source();
  } catch (cause) {
    throw new TypeError(`Cannot run flow "${flowName}": ${(cause as Error).message}`, { cause });
  }
}

/** A value as a run carries it: a secret, and the text of an environment variable that is treated as one, by its name. */
function hidden(flowName: string, { name, options }: Parameter, value: unknown): unknown {
  if (value instanceof SecretText) return value;
  if (options.secret) {
    if (typeof value !== "string")
      throw new TypeError(
        `Cannot run flow "${flowName}": parameter "${name}" is secret and takes text, not ${typeof value}`,
      );
    return new SecretText(name, value);
  }
  const variable = typeof value === "string" ? secretNameOf(value) : undefined;
  return variable === undefined ? value : new SecretText(variable, value as string);
}

async function validated(flowName: string, { name, options }: Parameter, value: unknown): Promise<unknown> {
  if (!options.schema || value instanceof SecretText) return value;
  if (options.secret && typeof value === "string") noteSecret(name, value); // before a message may hold it
  const what = `Cannot run flow "${flowName}": parameter "${name}"`;
  const outcome = await outcomeOf(what, options.schema, value);
  if (!outcome.issues) return outcome.value;
  const issues = outcome.issues.map(({ message, path = [] }) => {
    const where = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
    return where ? `${where}: ${message}` : message;
  });
  throw new TypeError(`${what} is invalid: ${maskText(issues.join("; "))}`);
}

/** What a schema says of a value. @throws {TypeError} when the schema throws, or says what no Standard Schema says. */
async function outcomeOf(what: string, schema: StandardSchema, value: unknown): Promise<SchemaOutcome<unknown>> {
  let outcome: unknown;
  try {
    outcome = await schema["~standard"].validate(value);
  } catch (cause) {
    throw new TypeError(`${what} cannot be validated: its schema threw ${String((cause as Error)?.message ?? cause)}`, {
      cause,
    });
  }
  if (isOutcome(outcome)) return outcome;
  throw new TypeError(`${what} cannot be validated: its schema gives neither a value nor issues`);
}

const isOutcome = (given: unknown): given is SchemaOutcome<unknown> =>
  typeof given === "object" &&
  given !== null &&
  ("value" in given || Array.isArray((given as { issues?: unknown }).issues));
