// Who this gateway is: a key that never leaves the browser, one per slot, and how often a page has been loaded with it. Where the browser keeps
// nothing or grants no locks the gateway has a new key each time, and says so.
import type { IdentityKey, Schedule } from "../../gateway/runtime.ts";
import { identityKeyOf, makeIdentityKeyPair } from "../mesh/web-crypto.ts";
import { openDatabase, readValue, writeValue } from "./database.ts";
import { type Locks, takeSlot } from "./identity-slots.ts";
import type { TextStorage } from "./text-storage.ts";

export interface GatewayIdentity {
  readonly key: IdentityKey;
  /** Page loads of this key, from 1 (docs/protocol.md §2.1). */
  readonly epoch: number;
  /** From 1; tells the tabs of one device apart. */
  readonly slot: number;
  /** False: another load of this page is somebody else. */
  readonly isKept: boolean;
}

export interface IdentityStoreOptions {
  /** Undefined where the browser has none. */
  readonly indexedDB: IDBFactory | undefined;
  readonly locks: Locks | undefined;
  readonly tabStorage: TextStorage;
  readonly schedule: Schedule;
}

/** Some browsers never answer the first open of a database after they start; a person must not wait for that. */
const storageLimitMs = 5_000;

const databaseName = "earl-mesh";
const storeName = "identities";

interface StoredIdentity {
  readonly keys: CryptoKeyPair;
  readonly epoch: number;
}

/** Never rejects. The identity is this page's alone until the page ends. */
export const openIdentity = async (options: IdentityStoreOptions): Promise<GatewayIdentity> => {
  const { indexedDB, locks, tabStorage, schedule } = options;
  const slot = locks === undefined ? undefined : await orNothing(takeSlot(locks, tabStorage));
  const kept =
    slot === undefined || indexedDB === undefined
      ? undefined
      : await orNothing(withinLimit(loadNextEpoch(indexedDB, slot), schedule));
  const { keys, epoch } = kept ?? { keys: await makeIdentityKeyPair(), epoch: 1 };
  return { key: await identityKeyOf(keys), epoch, slot: slot ?? 1, isKept: kept !== undefined };
};

/** The slot's lock is held, so that nobody else reads or writes its record. */
const loadNextEpoch = async (factory: IDBFactory, slot: number): Promise<StoredIdentity> => {
  const database = await openDatabase(factory, databaseName, storeName);
  try {
    const stored = readIdentity(await readValue(database, storeName, slot));
    const next = { keys: stored?.keys ?? (await makeIdentityKeyPair()), epoch: (stored?.epoch ?? 0) + 1 };
    await writeValue(database, storeName, slot, next);
    return next;
  } finally {
    database.close();
  }
};

const readIdentity = (value: unknown): StoredIdentity | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  const { keys, epoch } = value as Partial<StoredIdentity>;
  const isWhole =
    keys?.privateKey instanceof CryptoKey && keys.publicKey instanceof CryptoKey && Number.isSafeInteger(epoch);
  return isWhole && epoch !== undefined ? { keys, epoch } : undefined;
};

/** What a browser refuses is the same to us as what it does not have. */
const orNothing = async <T>(attempt: Promise<T>): Promise<T | undefined> => {
  try {
    return await attempt;
  } catch {
    return undefined;
  }
};

const withinLimit = <T>(attempt: Promise<T>, schedule: Schedule): Promise<T | undefined> => {
  const limit = new Promise<undefined>((resolve) => schedule(storageLimitMs, () => resolve(undefined)));
  return Promise.race([attempt, limit]);
};
