import type { Json } from "../contracts/json.js";
import { decodeValue } from "./decode-value.js";
import { encodeValue } from "./encode-value.js";
import type { ResultSerializer } from "./result-serializer.js";

/** The serializer of a Result when none is given: lossless for JavaScript's own kinds of values. */
export class ValueSerializer implements ResultSerializer {
  readonly type = "value";

  serialize(value: unknown): Json {
    return encodeValue(value);
  }

  deserialize(blob: Json): unknown {
    return decodeValue(blob);
  }
}
