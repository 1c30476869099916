import { Result } from "./result.js";

class NoResultType extends Result<undefined> {
  constructor() {
    super({ value: undefined });
  }
  override async serialize(): Promise<this> {
    return this;
  }
}

/** The result of a state that has produced nothing; a task that gave `undefined` or `null` has another. */
export const NoResult: Result<undefined> = new NoResultType();
