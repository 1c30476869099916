/** What `noImplicitAny` says: the compiler takes for `any` what has no annotation. */
const IMPLICIT_ANY: ReadonlySet<number> = new Set([
  7005, 7006, 7008, 7009, 7010, 7011, 7013, 7014, 7015, 7017, 7018, 7019, 7020, 7022, 7023, 7024, 7025, 7026, 7031,
  7032, 7033, 7034, 7039, 7041, 7050, 7051, 7052, 7053, 7055, 7057,
]);
const NO_PROPERTY: ReadonlySet<number> = new Set([2339, 2551]);

/** Whether a diagnostic only wants an annotation: plain JavaScript has none and runs. */
export const isUnannotated = (code: number, message: string): boolean =>
  IMPLICIT_ANY.has(code) || (NO_PROPERTY.has(code) && /on type '\{\}'\./.test(message)); // an object that is filled later
