import { DISPLAY, isDisplayable } from "../../src/display/display-symbol.js";
import { valueBundle, valueText } from "../../src/display/value-bundle.js";
import type { JsonObject, MimeBundle } from "../protocol/messages.js";
import { toErrorContent } from "./cell-error.js";
import type { Shown } from "./outlet.js";

/** How a value of the library looks; undefined for any other value. */
export type ShowOwn = (value: object) => MimeBundle | undefined | Promise<MimeBundle>;

/** How a value looks, at once where nothing has to be awaited; undefined shows nothing. A promise is awaited. */
export function showValue(value: unknown, showOwn: ShowOwn): Shown | undefined | Promise<Shown | undefined> {
  if (value === undefined) return undefined;
  if (typeof value === "object" && value !== null) {
    const own = showOwn(value); // before it is awaited: a TaskCall is a promise too
    if (own instanceof Promise) return own.then((bundle) => withText(value, bundle));
    if (own) return withText(value, own);
    if (isPromiseLike(value)) return Promise.resolve(value).then((settled) => showValue(settled, showOwn));
  }
  const said = isDisplayable(value) ? value[DISPLAY]() : undefined;
  return isPromiseLike(said) ? Promise.resolve(said).then((own) => shownValue(value, own)) : shownValue(value, said);
}

/** Promises of other libraries too. */
const isPromiseLike = (value: unknown): value is PromiseLike<unknown> & object =>
  typeof value === "object" && value !== null && typeof (value as Partial<PromiseLike<unknown>>).then === "function";

/** How a value looks that needs no waiting. */
export function shownValue(value: unknown, own?: MimeBundle): Shown {
  if (own) return withText(value, own);
  if (value instanceof Error) {
    const text = toErrorContent(value).traceback.join("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: takes out ANSI colours, which clients compare
    return withText(value, { "text/plain": text.replace(/\u001b\[\d+m/g, "") });
  }
  return withText(value, valueBundle(value));
}

function withText(value: unknown, bundle: MimeBundle): Shown {
  const data = "text/plain" in bundle ? bundle : { ...bundle, "text/plain": valueText(value) };
  const metadata: JsonObject = "application/json" in data ? { "application/json": { expanded: true } } : {};
  return { data, metadata };
}
