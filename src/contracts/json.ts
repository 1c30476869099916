/** What JSON can hold: the form of every stored value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Milliseconds since 1970-01-01 UTC, an integer. */
export type EpochMs = number;
