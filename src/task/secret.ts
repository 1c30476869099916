import { inspect } from "node:util";
import { SecretText } from "../result/secret-text.js";
import { Parameter } from "./parameter.js";

/** Where a secret's text comes from. */
export interface SecretOptions {
  /** Gives the text, once for each run. @default the environment variable of the secret's name */
  readonly from?: () => string | Promise<string>;
}

/** A text that only tasks get. It stands where a task takes text; everywhere else it is its name. */
export class Secret extends Parameter<string> {
  override readonly source: () => SecretText | Promise<SecretText>;

  constructor(name: string, options: SecretOptions) {
    super(name, { secret: true });
    const { from = () => variable(name) } = options;
    this.source = () => {
      const text = from();
      return typeof text === "string"
        ? new SecretText(name, text)
        : Promise.resolve(text).then((late) => taken(name, late));
    };
  }

  /** Its name: the text is for tasks. */
  override toString(): string {
    return this.name;
  }
  /** As in `toString()`. */
  toJSON(): string {
    return this.name;
  }
  /** How it looks in a terminal. */
  override [inspect.custom](): string {
    return `Secret ${JSON.stringify(this.name)}`;
  }
}

const ofEnvironment = new Map<string, Secret>();

/**
 * Names a text that tasks take like any input and that is never stored, shown or logged: `fetchRows(secret("API_KEY"))`.
 * @throws {TypeError} for an option that makes no sense.
 */
export function secret(name: string, options: SecretOptions = {}): Secret {
  if (typeof name !== "string" || name === "") throw new TypeError("Cannot make a secret: its name is empty");
  const unknown = Object.keys(options).find((key) => key !== "from");
  if (unknown !== undefined)
    throw new TypeError(`Cannot make secret "${name}": it has no option "${unknown}"; use "from"`);
  if (options.from !== undefined && typeof options.from !== "function")
    throw new TypeError(`Cannot make secret "${name}": from is ${typeof options.from}, not a function`);
  if (options.from) return new Secret(name, options);
  const known = ofEnvironment.get(name) ?? new Secret(name, options); // named twice in a flow, it is one
  ofEnvironment.set(name, known);
  return known;
}

function variable(name: string): string {
  const text = process.env[name];
  if (text !== undefined) return text;
  throw new Error(
    `Cannot read secret "${name}": the environment variable "${name}" is not set; set it, or give secret("${name}", { from: () => … })`,
  );
}

function taken(name: string, text: unknown): SecretText {
  if (typeof text === "string") return new SecretText(name, text);
  throw new TypeError(`Cannot read secret "${name}": from gave ${typeof text}, not text`);
}
