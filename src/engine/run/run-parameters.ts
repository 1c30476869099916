import type { Json } from "../../contracts/json.js";
import { contentHash, hashValue } from "../../result/content-hash.js";
import { masked, secretIn } from "../../result/masking.js";
import { ValueSerializer } from "../../result/value-serializer.js";
import type { RunParameters } from "../../store/begin-ask.js";
import { shortValue } from "../resume/short-value.js";

type Values = { readonly [name: string]: unknown };

const serializer = new ValueSerializer();

/** A run's parameters as they are stored: each losslessly where it can be, with what compares and what shows them. */
export function storedParameters(values: Values): RunParameters {
  const texts: { [name: string]: Json } = {};
  const shown: { [name: string]: Json } = {};
  const keys: (string | null)[] = [];
  for (const [name, value] of Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const blob = serializedOrNull(value);
    if (blob !== null && secretIn(JSON.stringify(blob)) === undefined) texts[name] = blob;
    shown[name] = masked(shownValue(value));
    keys.push(JSON.stringify(name), hashValue(value));
  }
  const key = keys.includes(null) ? null : contentHash(`[${keys.join(",")}]`);
  return { text: JSON.stringify(texts), key, shown };
}

/** The parameters that an earlier attempt stored; those that could not be stored are left out. */
export function readParameters(text: string | null): Values {
  if (text === null) return {};
  const blobs = JSON.parse(text) as { readonly [name: string]: Json };
  return Object.fromEntries(Object.entries(blobs).map(([name, blob]) => [name, serializer.deserialize(blob)]));
}

/** Null for what cannot be stored: a resume by id has to be given it again. */
function serializedOrNull(value: unknown): Json | null {
  try {
    return serializer.serialize(value);
  } catch {
    return null;
  }
}

/** A parameter as a list of runs shows it; text where it is no JSON. */
function shownValue(value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value) ?? "null") as Json;
  } catch {
    return shortValue(value); // it is only to be looked at
  }
}
