import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder, PRIVATE_FILE, PRIVATE_FOLDER, syncFolder } from "../result/durable-file.js";
import { APPEND_TRIGGER } from "./append-trigger.js";
import { type Driver, type OpenDriver, SqlError } from "./driver.js";
import { isStoreFolder, makePrivate } from "./private-place.js";
import { APPLICATION_ID, migrate, readNumber, readPragma, SCHEMA_VERSION } from "./schema.js";
import { moveAway, storeFailure } from "./store-failure.js";

/**
 * How long a statement waits inside SQLite for another process, before it is asked again. SQLite's own pauses grow
 * to 100 ms, in which quicker writers pass by; short ones keep the wait of three writers below that.
 */
const BUSY_TIMEOUT_MS = 10;
/** How long all of its tries may take. */
const BUSY_PATIENCE_MS = 60_000;

/**
 * SQLite before these versions could damage a file that two processes write ("WAL-reset bug",
 * https://www.sqlite.org/wal.html#walresetbug): the release, and the two older lines it was brought to.
 */
const OLDEST_SQLITE: readonly (readonly [number, number, number])[] = [
  [3, 44, 6],
  [3, 50, 7],
  [3, 51, 3],
];

/** A store's database, opened, checked and at SCHEMA_VERSION. ":memory:" makes one without a file. */
export async function openDatabase(path: string, openDriver: OpenDriver): Promise<Driver> {
  try {
    if (path !== ":memory:") await makePlace(path);
    return await retryBusy(async () => {
      const driver = await openDriver(path);
      try {
        await prepareDatabase(driver, path);
        return driver;
      } catch (error) {
        await driver.close().catch(() => {}); // the first error tells more
        throw error;
      }
    });
  } catch (error) {
    throw storeFailure("open", path, asFolderFailure(error, path));
  }
}

/** Asks again while another process holds the file. @throws {SqlError} "busy" once patience is over. */
export async function retryBusy<T>(attempt: () => Promise<T>): Promise<T> {
  const patienceEnds = performance.now() + BUSY_PATIENCE_MS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const busy = error instanceof SqlError && error.failure === "busy";
      if (!busy || performance.now() > patienceEnds) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3)); // two that wait must not keep step
    }
  }
}

async function prepareDatabase(driver: Driver, path: string): Promise<void> {
  await driver.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  await checkSqliteVersion(driver);
  await checkIsOurs(driver, path); // before anything is written: what is not ours stays as it is
  await driver.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  await expectPragma(driver, "journal_mode", path === ":memory:" ? "memory" : "wal");
  await expectPragma(driver, "synchronous", "2");
  await driver.exec("PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
  await migrate(driver);
  await driver.exec("PRAGMA foreign_keys = ON");
  await expectPragma(driver, "foreign_keys", "1");
  await driver.exec(APPEND_TRIGGER);
}

async function checkSqliteVersion(driver: Driver): Promise<void> {
  const [row] = await driver.query("SELECT sqlite_version() AS version");
  const version = String(row?.version);
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  const newest = OLDEST_SQLITE.at(-1)!;
  const fits =
    major * 1000 + minor > newest[0] * 1000 + newest[1] ||
    OLDEST_SQLITE.some(([a, b, c]) => major === a && minor === b && patch >= c);
  if (fits) return;
  throw new Error(
    `Cannot open store: SQLite ${version} is older than ${newest.join(".")} and may damage a shared file`,
  );
}

async function checkIsOurs(driver: Driver, path: string): Promise<void> {
  const version = await readNumber(driver, "user_version");
  const id = await readNumber(driver, "application_id");
  const [row] = await driver.query("SELECT count(*) AS tables FROM sqlite_schema");
  const isNew = version === 0 && id === 0 && row?.tables === 0;
  const file = JSON.stringify(path);
  if (!isNew && id !== APPLICATION_ID) {
    throw new Error(
      `Cannot open store ${file}: it is a database of another program. Choose another place by CELLAR_STORE, or move it away: ${moveAway(path)}`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new Error(
      `Cannot open store ${file}: a newer Cellar wrote it (store version ${version}, this one knows up to ${SCHEMA_VERSION}). Update Cellar, or choose another place by CELLAR_STORE`,
    );
  }
}

async function expectPragma(driver: Driver, pragma: string, expected: string): Promise<void> {
  const found = await readPragma(driver, pragma);
  if (found !== expected) {
    throw new Error(`Cannot open store: SQLite keeps ${pragma} at ${found} where ${expected} is needed`);
  }
}

/** Makes the file and its folder, on disk and its owner's alone. A folder made for a store says to git that it is nobody's source. */
async function makePlace(path: string): Promise<void> {
  const folder = dirname(path);
  const isNew = !existsSync(folder);
  await makeFolder(folder, PRIVATE_FOLDER);
  if (isNew) await writeFile(join(folder, ".gitignore"), "*\n", { mode: PRIVATE_FILE });
  await makePrivate(path, isNew || isStoreFolder(folder));
  await syncFolder(folder);
}

function asFolderFailure(error: unknown, path: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return error;
  return new Error(
    `Cannot open store ${JSON.stringify(path)}: its folder cannot be made (${code}); allow that, or choose another place by CELLAR_STORE`,
    { cause: error },
  );
}
