/** Somebody asked for a value that is still in its stored form. */
export class UnreadResultError extends Error {
  override readonly name = "UnreadResultError";
}
