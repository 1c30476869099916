import { inspect } from "node:util";

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
  /** Whether each run must give it. */
  get required(): boolean {
    return !Object.hasOwn(this.options, "default");
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
    const isGiven = Object.hasOwn(given, name);
    if (!isGiven && before.has(name)) {
      values.push([name, before.get(name)]);
      continue;
    }
    if (!isGiven && declaration.required)
      throw new TypeError(`Cannot run flow "${flowName}": parameter "${name}" is missing`);
    values.push([name, await validated(flowName, declaration, isGiven ? given[name] : declaration.options.default)]);
  }
  return Object.fromEntries(values);
}

async function validated(flowName: string, { name, options }: Parameter, value: unknown): Promise<unknown> {
  if (!options.schema) return value;
  const what = `Cannot run flow "${flowName}": parameter "${name}"`;
  const outcome = await outcomeOf(what, options.schema, value);
  if (!outcome.issues) return outcome.value;
  const issues = outcome.issues.map(({ message, path = [] }) => {
    const where = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
    return where ? `${where}: ${message}` : message;
  });
  throw new TypeError(`${what} is invalid: ${issues.join("; ")}`);
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
