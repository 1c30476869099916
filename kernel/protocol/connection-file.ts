import { readFileSync } from "node:fs";

/** Sockets whose port or path the connection file names. */
export const SOCKET_NAMES = ["shell", "iopub", "stdin", "control", "hb"] as const;
export type SocketName = (typeof SOCKET_NAMES)[number];

/** What a connection file says. https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files */
export interface Connection {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  readonly ports: { readonly [name in SocketName]: number };
  /** HMAC key; empty when messages are not signed. */
  readonly key: string;
  /** Z85 keys of an encrypted connection. */
  readonly curve: { readonly publicKey: string; readonly secretKey: string } | null;
}

/**
 * Reads a connection file.
 * @param unsigned accepts a file without a key, so that whoever reaches the ports can run code.
 * @throws {Error} saying what is wrong with the file.
 */
export function readConnectionFile(path: string, unsigned: boolean): Connection {
  const fields = parse(path);
  const refuse = (detail: string): never => {
    throw new Error(`Cannot use the connection file "${path}": ${detail}`);
  };
  const transport = fields.transport ?? "tcp";
  if (transport !== "tcp" && transport !== "ipc") return refuse(`transport ${JSON.stringify(transport)} is unknown`);
  if (typeof fields.ip !== "string" || fields.ip === "") return refuse('"ip" is missing');
  const scheme = fields.signature_scheme ?? "hmac-sha256";
  if (scheme !== "hmac-sha256") return refuse(`signature_scheme ${JSON.stringify(scheme)} is unknown`);
  const key = fields.key ?? "";
  if (typeof key !== "string") return refuse('"key" is not a string');
  if (key === "" && !unsigned) return refuse('"key" is empty; start with --unsigned to accept every message');
  const port = (name: SocketName): number => {
    const value = fields[`${name}_port`];
    const fits = typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
    return fits ? value : refuse(`"${name}_port" is not a port`);
  };
  return {
    transport,
    ip: fields.ip,
    ports: {
      shell: port("shell"),
      iopub: port("iopub"),
      stdin: port("stdin"),
      control: port("control"),
      hb: port("hb"),
    },
    key,
    curve: readCurve(fields),
  };
}

/** Where a socket is bound. */
export const addressOf = ({ transport, ip, ports }: Connection, name: SocketName): string =>
  transport === "tcp" ? `tcp://${ip.includes(":") ? `[${ip}]` : ip}:${ports[name]}` : `ipc://${ip}-${ports[name]}`;

function readCurve({ curve_publickey, curve_secretkey }: Record<string, unknown>): Connection["curve"] {
  if (typeof curve_publickey !== "string" || typeof curve_secretkey !== "string") return null;
  return { publicKey: curve_publickey, secretKey: curve_secretkey };
}

function parse(path: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`Cannot read the connection file "${path}": ${(cause as Error).message}`, { cause });
  }
  throw new Error(`Cannot read the connection file "${path}": it is not a JSON object`);
}
