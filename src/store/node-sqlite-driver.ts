import { type Driver, SqlError, type SqlRow, type SqlValue, type Statement } from "./driver.js";

/** What the store uses of `node:sqlite`, which Node has since 22.5: https://nodejs.org/api/sqlite.html */
interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => Connection;
}
interface Connection {
  exec(sql: string): void;
  prepare(sql: string): {
    run(...values: SqlValue[]): { changes: number | bigint };
    all(...values: SqlValue[]): SqlRow[];
  };
  close(): void;
}

/** Whether this Node has an SQLite of its own. */
export const hasNodeSqlite = (): boolean => findNodeSqlite() !== undefined;

/** Node's own SQLite: statements run on the thread that asks. @throws {Error} where this Node has none. */
export async function openNodeSqlite(path: string): Promise<Driver> {
  const found = findNodeSqlite();
  if (!found) throw new Error(`Cannot open store: Node ${process.version} has no SQLite of its own`);
  const connection = guarded(() => new found.DatabaseSync(path));
  return {
    async exec(sql) {
      guarded(() => connection.exec(sql));
    },
    async query(sql) {
      return guarded(() => connection.prepare(sql).all());
    },
    async prepare(sql): Promise<Statement> {
      const statement = guarded(() => connection.prepare(sql));
      return {
        run: async (...values) => guarded(() => Number(statement.run(...values).changes)),
        all: async (...values) => guarded(() => statement.all(...values)),
      };
    },
    async close() {
      guarded(() => connection.close());
    },
  };
}

function findNodeSqlite(): NodeSqlite | undefined {
  return process.getBuiltinModule("node:sqlite") as NodeSqlite | undefined;
}

function guarded<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    const { message, errcode = 1 } = error as Error & { errcode?: number };
    throw new SqlError(message, errcode, { cause: error });
  }
}
