import type { StagedFile } from "./staged-file.js";

/** How a stream's piece is told that is no bytes. */
const WAY_OUT = "give a stream of bytes or text, or collect what it gives into an array";

/**
 * Writes a stream into a file, one piece after another: the next is asked for when the one before is taken.
 * @throws what the stream throws; {TypeError} naming the piece that is neither bytes nor text; the signal's reason.
 */
export async function writeStream(
  stream: AsyncIterable<unknown>,
  file: StagedFile,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const pieces = stream[Symbol.asyncIterator]();
  const writing = writePieces(pieces, file, signal);
  if (!signal) return await writing;
  writing.catch(() => {}); // told below, or given up
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason);
      void close(pieces); // it may wait for a piece that never comes
    };
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([writing, aborted]);
  } finally {
    signal.removeEventListener("abort", stop!);
  }
}

async function writePieces(
  pieces: AsyncIterator<unknown>,
  file: StagedFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let number = 1; ; number += 1) {
    const { done, value } = await pieces.next();
    if (done || signal?.aborted) return;
    try {
      await file.write(bytesOf(value, number));
    } catch (error) {
      await close(pieces);
      throw error;
    }
  }
}

/** Tells the stream that nobody reads on. */
async function close(pieces: AsyncIterator<unknown>): Promise<void> {
  try {
    await pieces.return?.();
  } catch {
    // why the reading ended is what matters
  }
}

function bytesOf(piece: unknown, number: number): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (typeof piece === "string") return Buffer.from(piece, "utf8");
  if (ArrayBuffer.isView(piece)) return new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength);
  if (piece instanceof ArrayBuffer) return new Uint8Array(piece);
  const kind = piece === null ? "null" : typeof piece;
  throw new TypeError(`Cannot store stream: its piece ${number} is neither bytes nor text but ${kind}; ${WAY_OUT}`);
}
