import { maskText, onFirstSecret } from "../../result/masking.js";

/** Masks secrets in what this process writes to its standard streams, `console` included; from the first secret on. */
export function maskStandardStreams(): void {
  onFirstSecret(() => {
    maskStream(process.stdout);
    maskStream(process.stderr);
  });
}

function maskStream(stream: NodeJS.WriteStream): void {
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: unknown[]) => boolean;
  stream.write = ((chunk: unknown, ...rest: unknown[]) =>
    write(maskedChunk(chunk), ...rest)) as NodeJS.WriteStream["write"];
}

function maskedChunk(chunk: unknown): unknown {
  if (typeof chunk === "string") return maskText(chunk);
  if (!(chunk instanceof Uint8Array)) return chunk;
  const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString();
  const shown = maskText(text);
  return shown === text ? chunk : Buffer.from(shown);
}
