import { isIP } from "node:net";

/** Where the queue is when nobody says. */
const DEFAULT = "redis://127.0.0.1:6379";

/** The URL that was given, else CELLAR_QUEUE, else Redis on this machine. @throws {TypeError} where it is none of Redis. */
export function queueAddress(given: string | undefined): URL {
  const text = given ?? process.env.CELLAR_QUEUE ?? DEFAULT;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["redis:", "rediss:"].includes(url.protocol))
    throw new TypeError(
      `Cannot use ${JSON.stringify(withoutPassword(text))} as a queue: it is no URL such as "rediss://queue.example:6379"`,
    );
  return url;
}

/** The address as it may be shown. */
export function shownAddress(url: URL): string {
  return `${url.protocol}//${url.hostname}:${url.port || "6379"}`;
}

/** What was meant as a URL, without what may be a password. */
const withoutPassword = (text: string): string => text.replace(/\/\/[^@/]*@/, "//…@");

/** Whether only this machine reaches it. */
export function isLoopback({ hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/** What makes signing optional. */
export interface KeyChoice {
  /** @default CELLAR_QUEUE_KEY */
  readonly key?: string;
  /** Goes without a key though others reach the queue. @default false */
  readonly unsigned?: boolean;
}

/** The key that signs, null for none. @throws {TypeError} where others reach the queue and no key was given. */
export function signingKey(
  url: URL,
  { key = process.env.CELLAR_QUEUE_KEY, unsigned = false }: KeyChoice,
): string | null {
  if (key !== undefined && key !== "") return key;
  if (unsigned || isLoopback(url)) return null;
  throw new TypeError(
    `Cannot use the queue at ${shownAddress(url)} without a key: whoever reaches it could run code; set CELLAR_QUEUE_KEY to one secret on all machines, or say unsigned`,
  );
}
