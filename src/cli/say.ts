/** What commands print: names, messages and paths come from anywhere, and a terminal obeys what it is sent. */
import { block } from "../display/plain-text.js";

/** Complains on standard error, in the program's name. */
export const complain = (message: string): void => {
  process.stderr.write(`cellar: ${block(message).replaceAll("\r", "\ufffd")}\n`);
};

/** Prints JSON that no terminal takes for a command: what JSON itself leaves as it is stands escaped. */
export const printJson = (value: unknown, indent?: number): void => {
  console.log(JSON.stringify(value, null, indent).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escapeUnlessLineEnd));
};

const escapeUnlessLineEnd = (sign: string): string =>
  sign === "\n" ? sign : [...Array(sign.length).keys()].map((at) => `\\u${hex(sign.charCodeAt(at))}`).join("");

const hex = (code: number): string => code.toString(16).padStart(4, "0");
