import { DISPLAY, type Displayable, isDisplayable } from "../../src/display/display-symbol.js";
import { ownBundle } from "../../src/display/own-bundle.js";
import { valueBundle, valueText } from "../../src/display/value-bundle.js";
import type { JsonObject, MimeBundle } from "../protocol/messages.js";
import { toErrorContent } from "./cell-error.js";
import type { Shown } from "./outlet.js";

/** How a value of the library looks; undefined for any other value. */
export type ShowOwn = (value: object) => MimeBundle | undefined | Promise<MimeBundle>;

/**
 * How a value looks, at once where nothing has to be awaited; undefined shows nothing. A promise is awaited, and its
 * rejection is the caller's. Nothing else fails: a value that does not let itself be shown is said to.
 */
export function showValue(value: unknown, showOwn: ShowOwn): Shown | undefined | Promise<Shown | undefined> {
  if (value === undefined) return undefined;
  if (typeof value === "object" && value !== null) {
    const own = whereReadable(() => showOwn(value)); // before it is awaited: a TaskCall is a promise too
    if (own instanceof Promise) return own.then((bundle) => withText(value, bundle));
    if (own) return withText(value, own);
    if (isPromiseLike(value)) return Promise.resolve(value).then((settled) => showValue(settled, showOwn));
  }
  if (whereReadable(() => isDisplayable(value)) !== true) return shownValue(value);
  try {
    const said: unknown = (value as Displayable)[DISPLAY]();
    if (!isPromiseLike(said)) return withText(value, ownBundle(said));
    return Promise.resolve(said)
      .then((own) => withText(value, ownBundle(own)))
      .catch((error: unknown) => withoutDisplay(value, error));
  } catch (error) {
    return withoutDisplay(value, error);
  }
}

/** What `read` gives; undefined where the value, such as a revoked Proxy, throws when it is looked at. */
function whereReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** Promises of other libraries too. */
const isPromiseLike = (value: unknown): value is PromiseLike<unknown> & object =>
  typeof value === "object" &&
  value !== null &&
  whereReadable(() => typeof (value as Partial<PromiseLike<unknown>>).then === "function") === true;

/** A bundle that the author made. */
export function shownBundle(bundle: unknown): Shown {
  try {
    return withText(bundle, ownBundle(bundle));
  } catch (error) {
    return withoutDisplay(bundle, error);
  }
}

/** How a value looks that needs no waiting. */
export function shownValue(value: unknown): Shown {
  if (whereReadable(() => value instanceof Error)) {
    const text = toErrorContent(value).traceback.join("\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: takes out ANSI colours, which clients compare
    return withText(value, { "text/plain": text.replace(/\u001b\[\d+m/g, "") });
  }
  return withText(value, valueBundle(value));
}

/** A value whose own display method failed, shown as others are, with the reason. */
function withoutDisplay(value: unknown, error: unknown): Shown {
  const { ename, evalue } = toErrorContent(error);
  const reason = `[it cannot be displayed as it says: ${ename === "TypeError" ? "" : `${ename}: `}${evalue}]`;
  const { data, metadata } = shownValue(value);
  return { data: { ...data, "text/plain": `${String(data["text/plain"])}\n${reason}` }, metadata };
}

function withText(value: unknown, bundle: MimeBundle): Shown {
  const data = "text/plain" in bundle ? bundle : { ...bundle, "text/plain": plainText(value) };
  const metadata: JsonObject = "application/json" in data ? { "application/json": { expanded: true } } : {};
  return { data, metadata };
}

const plainText = (value: unknown): string =>
  whereReadable(() => valueText(value)) ?? String(valueBundle(value)["text/plain"]);
