import { createHash } from "node:crypto";
import { constants, type FileHandle, open } from "node:fs/promises";
import type { BytesReference } from "../result/stored-bytes.js";

/** Held twice: one piece is read while the one before is hashed. */
const PIECE_BYTES = 262_144;

/** A file's bytes are not what its name says, or something keeps them from being read. The message says what. */
export class DamagedBytes extends Error {}

/** What is short in this process, and says nothing of a file. */
const SHORTAGES = ["EMFILE", "ENFILE", "ENOMEM"];

const REASONS: { readonly [code: string]: string } = {
  ENOENT: "the file is missing",
  EACCES: "the file may not be read",
  EPERM: "the file may not be read",
  EIO: "the disk reports an error",
  ELOOP: "the file is a link without an end",
  ENOTDIR: "a file stands where its folder was",
};

/** Whatever keeps a file from being read is damage of it, but for a shortage of this process. */
export function damaged(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || SHORTAGES.includes(code)) return error;
  return new DamagedBytes(REASONS[code] ?? message, { cause: error });
}

/** Opens a file to read it. A pipe, a folder or a device is none, and none of them is waited for. @throws {DamagedBytes} */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw damaged(error);
  });
  try {
    if (!(await file.stat()).isFile()) throw new DamagedBytes("it is no regular file");
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** A file's content piece by piece, the last one only when all are right. @throws {DamagedBytes} */
export async function* readPieces(
  path: string,
  reference: BytesReference,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await openWhole(path, reference);
  const hash = createHash("sha256");
  let reading = readPiece(file, Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, reference.bytes)), 0);
  try {
    for (let position = 0; position < reference.bytes; ) {
      const piece = await reading;
      if (piece.length === 0) throw new DamagedBytes("the file became shorter");
      position += piece.length;
      const left = Math.min(PIECE_BYTES, reference.bytes - position);
      if (left > 0) reading = readPiece(file, Buffer.allocUnsafeSlow(left), position);
      hash.update(piece);
      if (left === 0) check(hash.digest("hex"), reference);
      yield piece;
    }
    if (reference.bytes === 0) check(hash.digest("hex"), reference);
  } finally {
    await reading.catch(() => {}); // nobody waits for it any more
    await file.close();
  }
}

/** A file's content in memory of its own. @throws {DamagedBytes} */
export async function readWhole(path: string, reference: BytesReference): Promise<ArrayBuffer> {
  const file = await openWhole(path, reference); // its size is as claimed: a forged claim takes no memory
  try {
    const hash = createHash("sha256");
    const whole = new ArrayBuffer(reference.bytes);
    const part = (at: number) => Buffer.from(whole, at, Math.min(PIECE_BYTES * 4, reference.bytes - at));
    let reading = readPiece(file, part(0), 0);
    for (let position = 0; position < reference.bytes; ) {
      const piece = await reading;
      if (piece.length === 0) throw new DamagedBytes("the file became shorter");
      position += piece.length;
      reading = readPiece(file, part(position), position);
      hash.update(piece);
    }
    await reading;
    check(hash.digest("hex"), reference);
    return whole;
  } finally {
    await file.close();
  }
}

async function openWhole(path: string, { bytes }: BytesReference): Promise<FileHandle> {
  const file = await openRegular(path);
  const { size } = await file.stat();
  if (size === bytes) return file;
  await file.close();
  throw new DamagedBytes(`the file has ${size} bytes, not ${bytes}`);
}

async function readPiece(file: FileHandle, into: Buffer, position: number): Promise<Buffer> {
  if (into.length === 0) return into;
  try {
    return into.subarray(0, (await file.read(into, 0, into.length, position)).bytesRead);
  } catch (error) {
    throw damaged(error);
  }
}

function check(sha256: string, reference: BytesReference): void {
  if (sha256 !== reference.sha256) throw new DamagedBytes("the file has another content");
}
