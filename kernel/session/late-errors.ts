import { KeyboardInterrupt, toErrorContent } from "./cell-error.js";
import type { Outlet } from "./outlet.js";

/** Shows what nobody caught in the cell that caused it, and lets the session live on. */
export function catchLateErrors(outlet: Outlet): void {
  const show = (thrown: unknown): void => {
    if (thrown instanceof KeyboardInterrupt) return; // the cell has said so
    outlet.error(toErrorContent(thrown));
  };
  process.on("uncaughtException", show);
  process.on("unhandledRejection", show);
}
