import { setTimeout as delay } from "node:timers/promises";

/** Waits for something to become true; that it never does is told after a long while. */
export async function until(isTrue: () => boolean | Promise<boolean>, what = "it"): Promise<void> {
  const end = Date.now() + 180_000;
  while (!(await isTrue())) {
    if (Date.now() > end) throw new Error(`${what} did not happen within three minutes`);
    await delay(10);
  }
}
