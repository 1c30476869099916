import { readFileSync } from "node:fs";

const MANIFEST = new URL("../../../package.json", import.meta.url);

/** Version of this copy of the library. */
export const libraryVersion = (): string =>
  String((JSON.parse(readFileSync(MANIFEST, "utf8")) as { version?: string }).version);
