import { randomUUID } from "node:crypto";
import type { Owner } from "../../store/begin-ask.js";

/** This process, as the store knows who runs a flow run. */
export const thisOwner: Owner = {
  id: randomUUID(),
  pid: process.pid,
  startedAt: Math.round(Date.now() - process.uptime() * 1000),
};
