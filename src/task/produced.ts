import type { StoredBytes } from "../result/stored-bytes.js";

/** What a task's value is for those who take it: a promise's value; of a stream, its stored bytes. */
export type Produced<R> = Streamed<Awaited<R>>;

type Streamed<V> = V extends StoredBytes ? V : V extends AsyncIterable<unknown> | ReadableStream ? StoredBytes : V;
