import { readFileSync } from "node:fs";

/** Sockets whose port or path the connection file names. */
export const SOCKET_NAMES = ["shell", "iopub", "stdin", "control", "hb"] as const;
export type SocketName = (typeof SOCKET_NAMES)[number];

export type Ports = { readonly [name in SocketName]: number };

/** What a connection file says. https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files */
export interface Connection {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  /** 0 where the system is to choose. */
  readonly ports: Ports;
  /** HMAC key; empty when messages are not signed. */
  readonly key: string;
  /** Z85 keys of an encrypted connection. */
  readonly curve: { readonly publicKey: string; readonly secretKey: string } | null;
  /** Port where the launcher waits for the ports that the kernel chooses; null when the file names them. */
  readonly registrationPort: number | null;
}

const CHOSEN: Ports = { shell: 0, iopub: 0, stdin: 0, control: 0, hb: 0 };
/** A 32-byte key in Z85. */
const CURVE_KEY_LENGTH = 40;

/**
 * Reads a connection file, or a registration file, which has `registration_port` in place of the five ports:
 * https://jupyter.org/enhancement-proposals/66-jupyter-handshaking/jupyter-handshaking.html
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
  const port = (name: SocketName | "registration"): number => {
    const value = fields[`${name}_port`];
    const fits = typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
    return fits ? value : refuse(`"${name}_port" is not a port`);
  };
  const registrationPort = fields.registration_port === undefined ? null : port("registration");
  if (registrationPort !== null && transport !== "tcp") return refuse("registration works over tcp alone");
  return {
    transport,
    ip: fields.ip,
    ports:
      registrationPort === null
        ? {
            shell: port("shell"),
            iopub: port("iopub"),
            stdin: port("stdin"),
            control: port("control"),
            hb: port("hb"),
          }
        : CHOSEN,
    key,
    curve: readCurve(fields, refuse),
    registrationPort,
  };
}

/** What Jupyter writes for a connection; the opposite of `readConnectionFile`. */
export function connectionFile({ transport, ip, ports, key, curve }: Connection): { [field: string]: string | number } {
  return {
    transport,
    ip,
    key,
    signature_scheme: "hmac-sha256",
    kernel_name: "cellar",
    ...portFields(ports),
    ...(curve && { curve_publickey: curve.publicKey, curve_secretkey: curve.secretKey }),
  };
}

/** Ports under the names that Jupyter gives them. */
export const portFields = (ports: Ports): { [field: string]: number } =>
  Object.fromEntries(SOCKET_NAMES.map((name) => [`${name}_port`, ports[name]]));

/** Where a socket is bound. */
export const addressOf = (connection: Connection, name: SocketName): string =>
  endpoint(connection, connection.ports[name]);

/** Where the launcher waits for the kernel's ports. */
export const registrationAddress = (connection: Connection & { readonly registrationPort: number }): string =>
  endpoint(connection, connection.registrationPort);

const endpoint = ({ transport, ip }: Connection, port: number): string =>
  transport === "tcp" ? `tcp://${ip.includes(":") ? `[${ip}]` : ip}:${port || "*"}` : `ipc://${ip}-${port}`;

/** Both keys or none: https://github.com/jupyter/enhancement-proposals/pull/145 */
function readCurve(fields: Record<string, unknown>, refuse: (detail: string) => never): Connection["curve"] {
  const [publicKey, secretKey] = ["curve_publickey", "curve_secretkey"].map((name) => {
    const value = fields[name] ?? null;
    if (value !== null && (typeof value !== "string" || value.length !== CURVE_KEY_LENGTH))
      return refuse(`"${name}" is not a key of ${CURVE_KEY_LENGTH} characters (Z85)`);
    return value;
  });
  if (typeof publicKey === "string" && typeof secretKey === "string") return { publicKey, secretKey };
  if (publicKey || secretKey) return refuse('of "curve_publickey" and "curve_secretkey" one is missing');
  return null;
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
