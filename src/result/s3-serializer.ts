import type { Json } from "../contracts/json.js";
import { allowPlace, bucketPlace, checkPlace } from "./allowed-places.js";
import { innerJson } from "./compressed-serializer.js";
import { contentHash } from "./content-hash.js";
import { type ResultSerializer, type SerializerJson, serializerJson } from "./result-serializer.js";
import { type S3Service, s3Access } from "./s3-client.js";
import { ValueSerializer } from "./value-serializer.js";

/**
 * What makes an S3Serializer. It is stored beside every value, so it holds no credentials: those come from the
 * environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, the machine's role).
 */
export interface S3Options<T> extends S3Service {
  /** Its name; it must exist. */
  readonly bucket: string;
  /** What the keys begin with. @default "" */
  readonly prefix?: string;
  /** Makes the JSON that is written. @default ValueSerializer */
  readonly inner?: ResultSerializer<T>;
}

/** Set while a serializer is made from a stored config: that allows nothing. */
let reviving = false;

interface Reference {
  readonly bucket: string;
  readonly key: string;
  readonly sha256: string;
  readonly bytes: number;
}

/**
 * Keeps values as objects named by their content, `prefix/ab/cdef….json`, in a bucket of any S3-compatible service;
 * the blob is the reference `{"bucket", "key", "sha256": hex, "bytes": n}`. Equal values are one object.
 */
export class S3Serializer<T = unknown> implements ResultSerializer<T> {
  readonly type = "s3";
  readonly config: { readonly [key: string]: Json };
  readonly #service: S3Service;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #inner: ResultSerializer<T>;
  /** Whether a stored result names the bucket, and no code of this process. */
  #isRevived = false;

  /** @throws {TypeError} naming the option that makes no sense. */
  constructor(options: S3Options<T>) {
    const { bucket, prefix = "", endpoint, region, forcePathStyle } = options;
    const { inner = new ValueSerializer() as ResultSerializer<unknown> as ResultSerializer<T> } = options;
    if (typeof bucket !== "string" || bucket === "") throw new TypeError("Cannot make S3Serializer: bucket is missing");
    if (typeof prefix !== "string") throw new TypeError("Cannot make S3Serializer: prefix is no text");
    if (endpoint !== undefined) checkEndpoint(endpoint);
    refuseCredentials(options);
    this.#service = {
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      ...(forcePathStyle !== undefined && { forcePathStyle }),
    };
    this.#bucket = bucket;
    this.#prefix = prefix.replaceAll(/^\/+|\/+$/g, "");
    this.#inner = inner;
    this.config = { bucket, prefix: this.#prefix, ...this.#service, inner: serializerJson(inner) };
    if (!reviving) allowPlace(bucketPlace(endpoint, bucket));
  }

  /** @throws {TypeError} when the stored config makes no sense. */
  static revive(
    config: { readonly [key: string]: Json },
    reviveInner: (json: SerializerJson) => ResultSerializer,
  ): S3Serializer {
    const inner = reviveInner(innerJson(config));
    reviving = true;
    try {
      const revived = new S3Serializer({ ...(config as object as S3Options<unknown>), inner });
      revived.#isRevived = true;
      return revived;
    } finally {
      reviving = false;
    }
  }

  async serialize(value: T): Promise<Json> {
    this.#checkBucket();
    const text = JSON.stringify(await this.#inner.serialize(value));
    const sha256 = contentHash(text);
    const key = this.#keyOf(sha256);
    try {
      const { sdk, client } = await s3Access(this.#service);
      const object = { Bucket: this.#bucket, Key: key, Body: text, ContentType: "application/json" };
      await client.send(new sdk.PutObjectCommand(object));
    } catch (error) {
      throw this.#failure("write result to", key, error);
    }
    return { bucket: this.#bucket, key, sha256, bytes: Buffer.byteLength(text) };
  }

  async deserialize(blob: Json): Promise<T> {
    const reference = this.#referenceIn(blob);
    this.#checkBucket();
    const text = await this.#read(reference);
    if (contentHash(text) !== reference.sha256)
      throw new SyntaxError(
        `Cannot read result from ${this.#nameOf(reference.key)}: the object was changed; run the task again to write it anew`,
      );
    return await this.#inner.deserialize(JSON.parse(text) as Json);
  }

  async #read({ key, bytes }: Reference): Promise<string> {
    try {
      const { sdk, client } = await s3Access(this.#service);
      const { Body, ContentLength } = await client.send(new sdk.GetObjectCommand({ Bucket: this.#bucket, Key: key }));
      if (!Body) throw new RangeError("the answer has no body");
      if (ContentLength !== undefined && ContentLength !== bytes) {
        (Body as { destroy?(): void }).destroy?.(); // it may be of any length: none of it is read
        throw new RangeError(`${ContentLength} bytes are there, ${bytes} were written; run the task again`);
      }
      return await Body.transformToString("utf8");
    } catch (error) {
      throw this.#failure("read result from", key, error);
    }
  }

  /** The blob may be anybody's: it names nothing but what this serializer would write. */
  #referenceIn(blob: Json): Reference {
    const { bucket, key, sha256, bytes } = (typeof blob === "object" && blob !== null ? blob : {}) as {
      [key: string]: Json;
    };
    const isWhole = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && typeof bytes === "number";
    if (!isWhole || bucket !== this.#bucket || key !== this.#keyOf(sha256))
      throw new SyntaxError(`Cannot read result from bucket "${this.#bucket}": the reference is malformed`);
    return { bucket, key, sha256, bytes };
  }

  #checkBucket(): void {
    if (this.#isRevived) checkPlace("bucket", bucketPlace(this.#service.endpoint, this.#bucket));
  }

  #keyOf(sha256: string): string {
    return `${this.#prefix === "" ? "" : `${this.#prefix}/`}${sha256.slice(0, 2)}/${sha256.slice(2)}.json`;
  }

  #nameOf(key: string): string {
    return `key "${key}" of bucket "${this.#bucket}"`;
  }

  #failure(action: string, key: string, error: unknown): Error {
    const detail = wayOut(error as Error & { code?: string }, this.#service);
    return new Error(`Cannot ${action} ${this.#nameOf(key)}: ${detail}`, { cause: error });
  }
}

const CREDENTIALS = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, in the environment";
const NO_SERVICE = (of: string): string => `${of} does not answer; check the endpoint and the network`;

/** What S3's own words leave out: what a person can do. By the error's name or code. */
const WAYS_OUT: { readonly [name: string]: (service: string) => string } = {
  NoSuchBucket: () => "there is no such bucket; create it, or name another in the serializer's options",
  NoSuchKey: () => "there is no such object; run the task again to write it anew",
  AccessDenied: () => `access is denied; give these credentials the right to it, or ${CREDENTIALS}`,
  InvalidAccessKeyId: () => `the access key is not known there; ${CREDENTIALS}`,
  SignatureDoesNotMatch: () => `the secret key is wrong; ${CREDENTIALS}`,
  ExpiredToken: () => `the session has expired; ${CREDENTIALS}`,
  CredentialsProviderError: () => `there are no credentials; ${CREDENTIALS}`,
  ECONNREFUSED: NO_SERVICE,
  ENOTFOUND: NO_SERVICE,
  EAI_AGAIN: NO_SERVICE,
  ETIMEDOUT: NO_SERVICE,
};

function wayOut(error: Error & { code?: string }, { endpoint = "Amazon S3" }: S3Service): string {
  const name = [error.name, error.code ?? ""].find((each) => Object.hasOwn(WAYS_OUT, each));
  if (name !== undefined) return WAYS_OUT[name]!(endpoint);
  if (error.message === "Region is missing") return "the region is missing; give the serializer one, or set AWS_REGION";
  return error.message || error.name;
}

function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new TypeError(`Cannot make S3Serializer: endpoint ${JSON.stringify(endpoint)} is no http or https URL`);
  if (url.username !== "" || url.password !== "")
    throw new TypeError(
      `Cannot make S3Serializer: the endpoint holds credentials, and it would be stored; ${CREDENTIALS}`,
    );
}

function refuseCredentials(options: object): void {
  const given = Object.keys(options).find((key) => /credential|secret|accesskey|token/i.test(key));
  if (given !== undefined)
    throw new TypeError(`Cannot make S3Serializer: "${given}" would be stored beside every value; ${CREDENTIALS}`);
}
