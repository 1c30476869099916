import { inspect } from "node:util";

/** The part of a Standard Schema (https://standardschema.dev) that is used here: zod, valibot, arktype … */
export interface StandardSchema<T = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaOutcome<T> | Promise<SchemaOutcome<T>>;
    readonly types?: { readonly input: unknown; readonly output: T } | undefined;
  };
}
type SchemaOutcome<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };
interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export interface ParameterOptions<T> {
  /** Taken when a run gives none; without it the parameter is required. */
  readonly default?: T;
  readonly schema?: StandardSchema<T>;
}

/** A value that a run is given by name. Stands where a task takes a T. */
export class Parameter<T = unknown> {
  /** Carries the type; never there at run time. */
  declare readonly produces: T;
  constructor(
    readonly name: string,
    readonly options: ParameterOptions<T>,
  ) {}
  get required(): boolean {
    return !Object.hasOwn(this.options, "default");
  }
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
 * The values of a run's parameters: given ones over defaults, each through its schema.
 * @throws {TypeError} naming a parameter that is missing, unknown or invalid.
 */
export async function resolveParameters(
  flowName: string,
  declared: ReadonlyMap<string, Parameter>,
  given: { readonly [name: string]: unknown },
): Promise<{ readonly [name: string]: unknown }> {
  for (const name of Object.keys(given))
    if (!declared.has(name)) {
      const known = [...declared.keys()].map((each) => JSON.stringify(each)).join(", ") || "none";
      throw new TypeError(`Cannot run flow "${flowName}": unknown parameter "${name}" (it has ${known})`);
    }
  const values: [string, unknown][] = [];
  for (const [name, declaration] of declared) {
    const isGiven = Object.hasOwn(given, name);
    if (!isGiven && declaration.required)
      throw new TypeError(`Cannot run flow "${flowName}": parameter "${name}" is missing`);
    values.push([name, await validated(flowName, declaration, isGiven ? given[name] : declaration.options.default)]);
  }
  return Object.fromEntries(values);
}

async function validated(flowName: string, { name, options }: Parameter, value: unknown): Promise<unknown> {
  if (!options.schema) return value;
  const outcome = await options.schema["~standard"].validate(value);
  if (!outcome.issues) return outcome.value;
  const issues = outcome.issues.map(({ message, path = [] }) => {
    const where = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
    return where ? `${where}: ${message}` : message;
  });
  throw new TypeError(`Cannot run flow "${flowName}": parameter "${name}" is invalid: ${issues.join("; ")}`);
}
