import { refuseProperties } from "./collection-kinds.js";
import { SecretText } from "./secret-text.js";
import { text, UnfitValue, type ValueKind, wholeNumber } from "./value-kind.js";

/** Payload `[epochMs]`; null for an invalid date. */
export const dateKind: ValueKind<Date> = {
  name: "Date",
  prototype: Date.prototype,
  encode(date) {
    refuseProperties(date);
    const time = date.getTime();
    return [Number.isNaN(time) ? null : time];
  },
  create([time]) {
    if (time !== null && typeof time !== "number") throw new SyntaxError("expected a time");
    return new Date(time ?? Number.NaN);
  },
};

/** Payload `[source, flags]`, and `lastIndex` where it is not 0. */
export const regExpKind: ValueKind<RegExp> = {
  name: "RegExp",
  prototype: RegExp.prototype,
  encode(pattern) {
    if (Reflect.ownKeys(pattern).length > 1) throw new UnfitValue("RegExp with properties of its own");
    return [pattern.source, pattern.flags, ...(pattern.lastIndex === 0 ? [] : [pattern.lastIndex])];
  },
  create([source, flags, lastIndex]) {
    const pattern = new RegExp(text(source), text(flags));
    if (lastIndex !== undefined) pattern.lastIndex = wholeNumber(lastIndex);
    return pattern;
  },
};

/** Payload `[href]`. */
export const urlKind: ValueKind<URL> = {
  name: "URL",
  prototype: URL.prototype,
  encode: (url) => [url.href],
  create: ([href]) => new URL(text(href)),
};

/** Payload `[name, hash]`: the text is not stored. */
export const secretKind: ValueKind<SecretText> = {
  name: "Secret",
  prototype: SecretText.prototype,
  encode: ({ name, hash }) => [name, hash],
  create: ([name, hash]) => new SecretText(text(name), undefined, text(hash)),
};
