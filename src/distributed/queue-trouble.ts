/** What a connection's error means to people. */

const REFUSED = /WRONGPASS|NOAUTH|NOPERM|invalid password|without any password configured/i;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/;
const REASONS: { readonly [code: string]: string } = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "no such host",
  ETIMEDOUT: "no answer",
  ECONNRESET: "connection reset",
  EHOSTUNREACH: "no way to the host",
};

/** Whether trying again would help nobody. */
export const isFinal = (error: unknown): boolean =>
  REFUSED.test(String((error as Error).message)) || CERTIFICATE.test(codeOf(error));

/** The error that says why the queue at `shown` cannot be reached. */
export function troubleOf(error: unknown, shown: string): Error {
  const code = codeOf(error);
  const message = String((error as Error | undefined)?.message ?? "no answer");
  if (REFUSED.test(message)) return new Error(`The queue at ${shown} refuses the password`, { cause: error });
  if (CERTIFICATE.test(code))
    return new Error(`The queue at ${shown}: its certificate is not trusted: ${message}`, { cause: error });
  const reason = REASONS[code] ?? (message || "no answer");
  return new Error(
    `Cannot reach the queue at ${shown}: ${reason}; start Redis there, or give QueueExecutor another connection`,
    { cause: error },
  );
}

const codeOf = (error: unknown): string => String((error as { code?: string } | undefined)?.code ?? "");

/** What may be lost by the way Redis is set up. @param info what INFO says: managed services forbid CONFIG */
export function redisWarnings(info: string): string[] {
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  const policy = field("maxmemory_policy") ?? "noeviction";
  const drops = policy !== "noeviction" && field("maxmemory") !== "0";
  const forgets = field("aof_enabled") === "0";
  if (!drops && !forgets) return [];
  const faults = [
    ...(drops ? [`drops keys when it is full (${policy})`] : []),
    ...(forgets ? ["forgets all when it restarts"] : []),
  ];
  const cures = [...(drops ? ["maxmemory-policy noeviction"] : []), ...(forgets ? ["appendonly yes"] : [])];
  return [`The queue's Redis ${faults.join(" and ")}: tasks may then be called again. Set ${cures.join(" and ")}`];
}
