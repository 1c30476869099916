const INTERVAL_MS = 1000;

/**
 * Calls back once when the process that started the kernel is gone, so that no kernel stays behind.
 * @param pid JPY_PARENT_PID as Jupyter sets it; nothing is watched without one.
 */
export function watchParent(pid: string | undefined, onGone: () => void): void {
  const parent = Number(pid);
  if (!Number.isInteger(parent) || parent <= 1) return;
  const timer = setInterval(() => {
    if (isAlive(parent)) return;
    clearInterval(timer);
    onGone();
  }, INTERVAL_MS);
  timer.unref();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // alive, of another user
  }
}
