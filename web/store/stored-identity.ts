// An identity as a slot keeps it, and whether what came back from storage is one: it is tried out as a peer would,
// because a key of the wrong kind is accepted by the browser and refused by all peers.
import { identityKeyOf, webCrypto } from "../platform/web-crypto.ts";

export interface StoredIdentity {
  readonly keys: CryptoKeyPair;
  /** The epoch of the last entry into a room; 0 before the first. */
  readonly epoch: number;
}

/**
 * An entry a second for a hundred years stays below it. A stored epoch that is higher was never counted, and would soon
 * be no exact number.
 */
export const maxEpoch = 2 ** 32;

/** Undefined: peers would not believe it. */
export const soundIdentity = async (value: unknown): Promise<StoredIdentity | undefined> => {
  const { keys, epoch }: Partial<Record<string, unknown>> = Object(value);
  const { privateKey, publicKey }: Partial<Record<string, unknown>> = Object(keys);
  if (!(privateKey instanceof CryptoKey && publicKey instanceof CryptoKey) || privateKey.extractable) return undefined;
  if (!isEpoch(epoch)) return undefined;
  const pair = { privateKey, publicKey };
  return (await isBelieved(pair)) ? { keys: pair, epoch } : undefined;
};

/** Another entry must be possible with it. */
const isEpoch = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < maxEpoch;

/** Whether a peer accepts a signature of this pair (docs/protocol.md §2.1). */
const isBelieved = async (pair: CryptoKeyPair): Promise<boolean> => {
  const data = webCrypto.randomBytes(32);
  try {
    const { publicKey, sign } = await identityKeyOf(pair);
    return await webCrypto.verifyP256(publicKey, await sign(data), data);
  } catch {
    return false; // Keys of another kind cannot be exported so, or cannot sign.
  }
};
