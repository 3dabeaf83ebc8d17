// Who this gateway is: a key that never leaves the browser, one per slot, and how often it has entered a room. Where the browser keeps
// nothing or grants no locks the gateway has a new key each time, and says so.
// Invariant: no key enters a room twice with the same epoch, whatever the browser refuses: peers would take the second for the first.
import type { IdentityKey, Schedule } from "../../gateway/basics/runtime.ts";
import { identityKeyOf, makeIdentityKeyPair } from "../platform/web-crypto.ts";
import { openDatabase, readValue, writeValue } from "./database.ts";
import { type Locks, takeSlot } from "./identity-slots.ts";
import type { TextStorage } from "./text-storage.ts";

/** As whom a page enters a room. */
export interface Entry {
  readonly key: IdentityKey;
  /** How often that key has entered one, from 1 (docs/protocol.md §2.1). */
  readonly epoch: number;
}

export interface GatewayIdentity {
  /** From 1; tells the tabs of one device apart. */
  readonly slot: number;
  /** False: another load of this page is somebody else. */
  readonly isKept: boolean;
  /** What is kept of it is on disk first; when that is refused, as on a full disk, the page enters as somebody new. */
  nextEntry(): Promise<Entry>;
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
  /** Of the last entry into a room; 0 before the first. */
  readonly epoch: number;
}

/** The identity is this page's alone until the page ends. @throws what WebCrypto throws; there is none where a page is not secure. */
export const openIdentity = async (options: IdentityStoreOptions): Promise<GatewayIdentity> => {
  const { indexedDB, locks, tabStorage, schedule } = options;
  const slot = locks === undefined ? undefined : await orNothing(takeSlot(locks, tabStorage));
  const kept =
    slot === undefined || indexedDB === undefined
      ? undefined
      : await orNothing(withinLimit(load(indexedDB, slot), schedule));
  let { keys, epoch } = kept ?? (await newIdentity());
  let isKept = kept !== undefined;
  const keep = async (): Promise<boolean> => {
    if (slot === undefined || indexedDB === undefined) return false;
    const isStored = withinLimit(store(indexedDB, slot, { keys, epoch }), schedule);
    return (await orNothing(isStored)) === true;
  };
  return {
    slot: slot ?? 1,
    get isKept() {
      return isKept;
    },
    nextEntry: async () => {
      epoch++;
      if (isKept && !(await keep())) {
        isKept = false;
        ({ keys, epoch } = { ...(await newIdentity()), epoch: 1 });
      }
      return { key: await identityKeyOf(keys), epoch };
    },
  };
};

/** Before its first entry. */
const newIdentity = async (): Promise<StoredIdentity> => ({ keys: await makeIdentityKeyPair(), epoch: 0 });

/** What is kept of the slot, or what has just been made for it. Its lock is held, so that nobody else reads or writes its record. */
const load = async (factory: IDBFactory, slot: number): Promise<StoredIdentity> => {
  const database = await openDatabase(factory, databaseName, storeName);
  try {
    const stored = readIdentity(await readValue(database, storeName, slot));
    if (stored !== undefined) return stored;
    const made = await newIdentity();
    await writeValue(database, storeName, slot, made);
    return made;
  } finally {
    database.close();
  }
};

const store = async (factory: IDBFactory, slot: number, identity: StoredIdentity): Promise<true> => {
  const database = await openDatabase(factory, databaseName, storeName);
  try {
    await writeValue(database, storeName, slot, identity);
    return true;
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
