import { InvalidArgumentError } from "commander";

/** A flag's whole number, 0 or more. @throws {InvalidArgumentError} for any other text. */
export function readCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It is no whole number.");
  return Number(text);
}
