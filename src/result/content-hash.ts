import { createHash } from "node:crypto";

/** Lower-case hex SHA-256 of a text in UTF-8: the id of stored bytes. */
export const contentHash = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");
