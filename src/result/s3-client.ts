import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { S3Client } from "@aws-sdk/client-s3";

type Sdk = typeof import("@aws-sdk/client-s3");

/** Where an S3 service answers. No credentials: they come from the environment. */
export interface S3Service {
  /** URL of an S3-compatible service. @default Amazon's, for the region */
  readonly endpoint?: string;
  /** @default AWS_REGION, else the profile's; "us-east-1" where an endpoint is given */
  readonly region?: string;
  /** `endpoint/bucket/key` instead of `bucket.endpoint/key`. @default true where an endpoint is given */
  readonly forcePathStyle?: boolean;
}

/**
 * The package, with a client of a service.
 * @internal not in the published types: they must hold where the optional package is not installed
 */
export interface S3Access {
  readonly sdk: Sdk;
  readonly client: S3Client;
}

const PACKAGE = "@aws-sdk/client-s3";
/** One client, with its open connections, for all serializers of a service: each stored result revives one. */
const opened = new Map<string, Promise<S3Access>>();

/**
 * The client of a service; the package is loaded when it is first wanted.
 * @throws {Error} naming what to install where the package is missing.
 * @internal for the same reason
 */
export function s3Access(service: S3Service): Promise<S3Access> {
  const name = JSON.stringify([service.endpoint, service.region, service.forcePathStyle]);
  let access = opened.get(name);
  if (!access) {
    access = openAccess(service);
    access.catch(() => opened.delete(name)); // the package may be there next time
    opened.set(name, access);
  }
  return access;
}

async function openAccess({ endpoint, region, forcePathStyle = endpoint !== undefined }: S3Service): Promise<S3Access> {
  const sdk = await loadSdk();
  const ofEndpoint = endpoint === undefined ? undefined : (process.env.AWS_REGION ?? "us-east-1");
  const client = new sdk.S3Client({
    forcePathStyle,
    ...(endpoint !== undefined && { endpoint }),
    ...((region ?? ofEndpoint) !== undefined && { region: region ?? ofEndpoint }),
    // Many compatible services know no newer checksums; requests are signed over their body, and reads are hashed here.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  return { sdk, client };
}

/** The package beside the library, else the one of the working folder: a kernel's library lies elsewhere. */
async function loadSdk(): Promise<Sdk> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  try {
    const there = createRequire(join(process.cwd(), "[s3].js")).resolve(PACKAGE);
    return (await import(pathToFileURL(there).href)) as Sdk;
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(
      `the package "${PACKAGE}" is not installed; run "npm install ${PACKAGE}" in ${JSON.stringify(process.cwd())}`,
      { cause: error },
    );
  }
}

const isMissing = (error: unknown): boolean =>
  ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes((error as { code?: string }).code ?? "") &&
  (error as Error).message.includes(PACKAGE);
