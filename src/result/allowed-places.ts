import { relative, resolve, sep } from "node:path";

/** Names folders and buckets that stored results may be read from, one after another: `/data,s3://bucket,https://host/bucket`. */
const SETTING = "CELLAR_RESULT_PLACES";

/** Folders and buckets that code of this process made a serializer for. */
const allowed = new Set<string>();

/** Notes that code of this process, not a stored result, names a place. */
export function allowPlace(place: string): void {
  allowed.add(place);
}

/** A folder as a place. */
export const folderPlace = (folder: string): string => resolve(folder);

/** A bucket of a service as a place. */
export const bucketPlace = (endpoint: string | undefined, bucket: string): string =>
  endpoint === undefined ? `s3://${bucket}` : `${endpoint.replace(/\/+$/, "")}/${bucket}`;

/**
 * Refuses a place that only a stored result names: whoever wrote the store would have files of this person read, or
 * requests signed with their credentials.
 * @throws {Error} that says how to allow it
 */
export function checkPlace(what: string, place: string): void {
  if (allowed.has(place) || settled().some((each) => each === place || isInside(each, place))) return;
  throw new Error(
    `Cannot read result from ${what} ${JSON.stringify(place)}: only the stored result names it, not this process; make its serializer in your code before, or allow it by ${SETTING}=${JSON.stringify(place)}`,
  );
}

const settled = (): string[] =>
  (process.env[SETTING] ?? "")
    .split(",")
    .map((place) => place.trim().replace(/\/+$/, ""))
    .filter((place) => place !== "")
    .map((place) => (place.includes("://") ? place : resolve(place)));

function isInside(folder: string, place: string): boolean {
  if (folder.includes("://") || place.includes("://")) return false;
  const way = relative(folder, place);
  return way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === place;
}
