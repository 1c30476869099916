import type { Json } from "../contracts/json.js";
import { copyJson } from "./copy-json.js";
import type { ResultSerializer } from "./result-serializer.js";

/** Keeps a value as plain JSON; refuses what JSON would change: undefined, NaN, -0, Date, a cycle, … */
export class JSONSerializer<T = unknown> implements ResultSerializer<T> {
  readonly type = "json";

  serialize(value: T): Json {
    return copyJson(value);
  }

  deserialize(blob: Json): T {
    try {
      return copyJson(blob) as T;
    } catch (error) {
      throw new SyntaxError(`Cannot deserialize value: ${(error as Error).message}`, { cause: error });
    }
  }
}
