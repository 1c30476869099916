import { toErrorRecord } from "../links/error-record.js";
import { contentHash } from "../result/content-hash.js";
import type { BytesReference } from "../result/stored-bytes.js";
import { loadState } from "../state/load-state.js";
import { Failed, type State } from "../state/states.js";
import { BlobShelf } from "../store/blob-shelf.js";
import { BlobFolder } from "../store/blobs.js";
import { bytesName, unpackValue, valueName } from "./carried-values.js";
import type { Depot } from "./dispatch.js";
import { type Carried, readOutcome, readRefusal } from "./orders.js";
import { unseal } from "./sealed.js";

/** What reading an outcome needs. */
export interface OutcomeDeps {
  readonly run: string;
  readonly attempt: string;
  readonly task: string;
  readonly key: string | null;
  readonly depot: Depot;
  /** Folder of the large bytes of the run's store. */
  readonly folder: () => Promise<string>;
}

/** What an outcome refers to is not in the depot any more: it is as good as lost. */
export class LostOutcomeError extends Error {}

/** The state that an outcome says, its value read. @throws {LostOutcomeError} */
export async function outcomeState(sealed: string, deps: OutcomeDeps): Promise<State> {
  const refusal = readRefusal(sealed);
  if (refusal) return failed(new Error(refusal.refused));
  try {
    const outcome = readOutcome(unseal("outcome", sealed, deps.key));
    if (outcome.attempt !== deps.attempt || outcome.run !== deps.run) throw new TypeError("it is of another attempt");
    const state = loadState(outcome.state);
    return outcome.result ? state.with({ result: await carriedValue(outcome.result, deps) }) : state;
  } catch (thrown) {
    if (thrown instanceof LostOutcomeError) throw thrown;
    const { message } = toErrorRecord(thrown);
    return failed(new Error(`Cannot read what task "${deps.task}" came to on a worker: ${message}`, { cause: thrown }));
  }
}

const failed = (error: Error): State =>
  new Failed<unknown>({ message: `${error.name}: ${error.message}`, result: error });

async function carriedValue(carried: Carried, { depot, folder, task }: OutcomeDeps): Promise<unknown> {
  const text = carried.text ?? (await textOf(carried.id, depot));
  if (contentHash(text) !== carried.id) throw new LostOutcomeError("its text is not what its hash says");
  if (carried.blobs.length > 0) await bringBlobs(carried.blobs, new BlobFolder(await folder()), depot);
  return await unpackValue(carried, text, new BlobShelf({ folder, madeBy: async () => task }));
}

async function textOf(id: string, depot: Depot): Promise<string> {
  const pieces = await depot.get(valueName(id));
  if (!pieces) throw new LostOutcomeError("its text is gone");
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts).toString("utf8");
}

async function bringBlobs(blobs: readonly BytesReference[], folder: BlobFolder, depot: Depot): Promise<void> {
  for (const reference of blobs) {
    if ((await folder.take(reference)) && (await folder.isWhole(reference))) continue;
    const pieces = await depot.get(bytesName(reference.sha256));
    if (!pieces) throw new LostOutcomeError("its bytes are gone");
    const kept = await folder.keep(async (file) => {
      for await (const piece of pieces) await file.write(piece);
    });
    if (kept.sha256 !== reference.sha256) throw new LostOutcomeError("its bytes are not what their hash says");
  }
}
