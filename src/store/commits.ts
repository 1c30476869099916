import { LARGEST_INLINE_BYTES } from "../result/byte-shelf.js";
import { type Append, writeAppends } from "./append-rows.js";
import type { BlobFolder } from "./blobs.js";
import type { Database, Session } from "./database.js";
import type { ResultWrite } from "./store.js";
import type { QueuedWrite } from "./write-queue.js";

/** Something to write: rows of a run's attempt, or any change. */
export type Write = QueuedWrite &
  ({ readonly append: Append } | { readonly change: (session: Session) => Promise<void> });

/** Makes groups of writes durable, with the files that their rows refer to. */
export class Commits {
  readonly #database: Database;
  readonly #blobs: BlobFolder;

  constructor(database: Database, blobs: BlobFolder) {
    this.#database = database;
    this.#blobs = blobs;
  }

  /** Begins to write the files of an append, and gives what is queued until they are on disk. */
  writeOf(append: Append): Write {
    const { transitions } = append;
    const results = transitions.flatMap((transition) => transition.results);
    const blobs = results.filter((result) => this.#isBlob(result));
    const ready = blobs.length > 0 ? { ready: this.#writeBlobs(blobs) } : {};
    const weight = results.reduce((sum, { text }) => sum + text.length, 1_000 * transitions.length);
    return { append, weight, ...ready };
  }

  /** Writes a group in its order: all of it, or nothing. */
  async commit(group: readonly Write[]): Promise<void> {
    const appends = group.flatMap((write) => ("append" in write ? write.append : []));
    if (appends.length === group.length && !appends.some((append) => this.#hasBlobs(append)))
      return await this.#database.writeOnce((session) => this.#writeAppends(session, appends));
    await this.#database.write(async (session) => {
      for (let start = 0, end = 0; start < group.length; start = end) {
        const write = group[start]!;
        end = start + 1;
        if ("change" in write) {
          await write.change(session);
          continue;
        }
        const inRow = [write.append];
        for (let next = group[end]; next && "append" in next; next = group[++end]) inRow.push(next.append);
        await this.#writeAppends(session, inRow);
        await this.#keepBlobs(inRow);
      }
    });
  }

  #writeAppends(session: Session, appends: readonly Append[]): Promise<void> {
    return writeAppends(session, appends, (result) => this.#isBlob(result));
  }

  #hasBlobs({ transitions }: Append): boolean {
    return transitions.some(({ results }) => results.some((result) => this.#isBlob(result) || result.blobs?.length));
  }

  /** Between the writing of a blob and the commit of its row, another process may have collected it. */
  async #keepBlobs(appends: readonly Append[]): Promise<void> {
    for (const { transitions } of appends) {
      for (const result of transitions.flatMap(({ results }) => results)) {
        if (this.#isBlob(result) && !(await this.#blobs.has(result.id))) await this.#writeBlobs([result]);
        for (const { sha256 } of result.blobs ?? []) {
          if (await this.#blobs.has(sha256)) continue;
          throw new RangeError(`Cannot store result ${result.id}: its bytes ${sha256} are gone from the blob folder`);
        }
      }
    }
  }

  async #writeBlobs(results: readonly ResultWrite[]): Promise<void> {
    await Promise.all(results.map(({ id, text }) => this.#blobs.write(id, text)));
  }

  #isBlob({ bytes, outside = 0 }: ResultWrite): boolean {
    return !this.#database.isInMemory && bytes - outside > LARGEST_INLINE_BYTES;
  }
}
