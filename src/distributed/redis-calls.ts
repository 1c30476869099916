/** What is used of a connection to Redis: so few words that any client has them. */
export interface RedisCalls {
  /** One command; the reply with its texts as strings. */
  call(command: string, ...args: (string | number | Uint8Array)[]): Promise<unknown>;
  /** One command; the reply with its texts as bytes. */
  callBuffer(command: string, ...args: (string | number | Uint8Array)[]): Promise<unknown>;
  /** Several commands in one round trip; each reply, or the error in its place. */
  calls(commands: readonly (readonly (string | number | Uint8Array)[])[]): Promise<readonly unknown[]>;
}
