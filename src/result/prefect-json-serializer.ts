import type { Json } from "../contracts/json.js";
import { copyJson } from "./copy-json.js";
import type { ResultSerializer } from "./result-serializer.js";

/** Reads what Prefect's JSONResultHandler and PrefectResult wrote: JSON text inside JSON. */
export class PrefectJSONSerializer implements ResultSerializer {
  readonly type: string;

  constructor(type: "JSONResultHandler" | "PrefectResult") {
    this.type = type;
  }

  serialize(value: unknown): Json {
    return JSON.stringify(copyJson(value));
  }

  deserialize(blob: Json): unknown {
    if (typeof blob !== "string") throw new SyntaxError("Cannot deserialize value: expected JSON text");
    return copyJson(JSON.parse(blob));
  }
}
