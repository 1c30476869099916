/** A call finished without its value, or has not finished: what asking for the value throws when there is no error to throw. */
export class UnfinishedCallError extends Error {
  /** Tells the class where `instanceof` cannot. */
  override readonly name = "UnfinishedCallError";
}
