import * as assert from "uvu/assert";

/** The error that a promise rejects with. */
export async function rejects(promise: Promise<unknown>, pattern: RegExp): Promise<Error> {
  const error = await promise.then(
    () => assert.unreachable(`resolved where a rejection like ${pattern} was due`),
    (reason: unknown) => reason,
  );
  assert.instance(error, Error);
  assert.match((error as Error).message, pattern);
  return error as Error;
}
