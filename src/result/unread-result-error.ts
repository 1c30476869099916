/** Somebody asked for a value that is still in its stored form. */
export class UnreadResultError extends Error {
  /** Tells the class where `instanceof` cannot. */
  override readonly name = "UnreadResultError";
}
