import { scryptSync } from "node:crypto";
import { inspect } from "node:util";
import { noteSecret } from "./masking.js";

/** Work for one hash, about 20 ms: texts that people think of cannot be tried out by the million. */
const COST = { N: 2 ** 13, r: 8, p: 1 };
const HASH_BYTES = 16;
const hashes = new Map<string, string>();

/** Equal for equal texts of one name; says nothing of the text to who does not know it. */
function saltedHash(name: string, text: string): string {
  const key = `${name}\0${text}`;
  const known = hashes.get(key);
  if (known !== undefined) return known;
  const made = scryptSync(text, `cellar secret ${name}`, HASH_BYTES, COST).toString("hex");
  hashes.set(key, made);
  return made;
}

/** A text that only a task may see: everywhere else it is its name. */
export class SecretText {
  readonly #text: string | undefined;

  /** @param text undefined where it comes from a store, which does not have it. @param keptHash the hash that is stored. */
  constructor(
    readonly name: string,
    text: string | undefined,
    private readonly keptHash?: string,
  ) {
    this.#text = text;
    if (text !== undefined) noteSecret(name, text);
  }

  /** Whether the text is at hand. */
  get isKnown(): boolean {
    return this.#text !== undefined;
  }
  /** For keys. */
  get hash(): string {
    return this.#text === undefined ? (this.keptHash ?? "") : saltedHash(this.name, this.#text);
  }

  /** The text, for the task alone. @throws {Error} where it was not kept. */
  reveal(): string {
    if (this.#text === undefined)
      throw new Error(`Cannot read secret "${this.name}": its text is not stored; give it again`);
    return this.#text;
  }

  toString(): string {
    return this.name;
  }
  toJSON(): string {
    return this.name;
  }
  [inspect.custom](): string {
    return `Secret ${JSON.stringify(this.name)}`;
  }
}
