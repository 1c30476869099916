import type { Json } from "../contracts/json.js";
import { Result } from "./result.js";
import type { ResultSerializer } from "./result-serializer.js";

/** Why a value was not stored, and how it looked. */
export interface Unserializable {
  /** The path and the kind that do not fit. */
  readonly reason: string;
  readonly preview: string;
}

class UnserializableSerializer implements ResultSerializer {
  readonly type = "unserializable";
  readonly config: { readonly reason: string; readonly preview: string };

  constructor({ reason, preview }: Unserializable) {
    this.config = { reason, preview };
  }
  serialize(): Json {
    throw new TypeError(this.config.reason);
  }
  deserialize(): never {
    throw new TypeError(`Cannot read result: it was not stored: ${this.config.reason}`);
  }
}

/** What stands where a value could not be stored. Reading it fails and says why. */
export const unserializableResult = (why: Unserializable): Result =>
  new Result({ value: null, serialized: true, serializer: new UnserializableSerializer(why) });

/** Why a Result has no value to read; undefined for every other Result. */
export const unserializableOf = ({ serializer }: Result): Unserializable | undefined =>
  serializer instanceof UnserializableSerializer ? serializer.config : undefined;
