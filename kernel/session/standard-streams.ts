import type { Outlet } from "./outlet.js";

/** Sends what code writes to `process.stdout` and `process.stderr`, `console` included, to the cell that wrote it. */
export function redirectStandardStreams(outlet: Outlet): void {
  redirect(process.stdout, "stdout", outlet);
  redirect(process.stderr, "stderr", outlet);
}

type Done = (error?: Error | null) => void;

function redirect(stream: NodeJS.WriteStream, name: "stdout" | "stderr", outlet: Outlet): void {
  // Node decodes no text for a stream's write(): bytes that end inside a character wait for the next ones.
  let decoder = new TextDecoder();
  stream.write = (chunk: string | Uint8Array, second?: BufferEncoding | Done, third?: Done): boolean => {
    if (typeof chunk === "string") {
      const encoding = typeof second === "string" ? second : "utf8";
      const plain = encoding === "utf8" || encoding === "utf-8";
      outlet.write(name, plain ? chunk : Buffer.from(chunk, encoding).toString());
      decoder = new TextDecoder();
    } else if (chunk instanceof Uint8Array) {
      const text = decoder.decode(chunk, { stream: true });
      if (text !== "") outlet.write(name, text);
    } else throw new TypeError(`Cannot write to ${name}: the chunk is ${typeof chunk}, not text or bytes`);
    const done = typeof second === "function" ? second : third;
    if (done) queueMicrotask(() => done());
    return true;
  };
}
