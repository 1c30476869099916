/** A value that a serializer cannot hold: where it is and what it is. */
export class SerializeError extends TypeError {
  /** Tells the class where `instanceof` cannot. */
  override readonly name = "SerializeError";
  /** Way from the result to the part that does not fit: `result.rows[3].fn`. */
  readonly path: string;
  /** What stands there: "function", "symbol", "instance of Socket". */
  readonly kind: string;

  constructor(path: string, kind: string, options?: ErrorOptions) {
    super(`Cannot serialize ${path}: ${kind}`, options);
    this.path = path;
    this.kind = kind;
  }
}
