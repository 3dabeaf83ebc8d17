// The identity of this gateway: a key that never leaves the browser, one per slot, and how often it has entered a room.
// Where the browser keeps nothing, grants no locks or does not answer, the gateway has a new key each time, and says
// so.
// Invariant: no key enters a room twice with the same epoch, whatever the browser refuses: peers would take the second
// for the first.
import type { IdentityKey, Schedule } from "../../gateway/basics/runtime.ts";
import { timedOut, withTimeLimit } from "../platform/time-limit.ts";
import { identityKeyOf, makeIdentityKeyPair } from "../platform/web-crypto.ts";
import { openDatabase, readValue, writeValue } from "./database.ts";
import { answerLimitMs, type Locks, maxSlots, takeSlot } from "./identity-slots.ts";
import { maxEpoch, type StoredIdentity, soundIdentity } from "./stored-identity.ts";
import type { TextStorage } from "./text-storage.ts";

/** What a page enters a room with. */
export interface Entry {
  readonly key: IdentityKey;
  /** How often that key has entered one, from 1 (docs/protocol.md §2.1). */
  readonly epoch: number;
}

/** Codes of web/ui/errors.ts: the page goes on, and the person reads so. */
export type IdentityProblem =
  /** What was stored was damaged, and a new identity took its place. */
  | "identity-renewed"
  | "storage-unavailable"
  /** All slots are taken by other tabs. */
  | "too-many-tabs";

export interface GatewayIdentity {
  /** From 1; tells the tabs of one device apart. */
  readonly slot: number;
  /** False: other tabs may have the same slot, so that nothing that only one may write is kept under it. */
  readonly ownsSlot: boolean;
  /** False: another load of this page has another key. */
  readonly isKept: boolean;
  readonly problem: IdentityProblem | undefined;
  /**
   * What is kept of it is on disk first; when that is refused, as on a full disk, the page enters with a new key.
   * @throws when the browser makes no key, or does not answer.
   */
  nextEntry(): Promise<Entry>;
}

export interface IdentityStoreOptions {
  /** Undefined where the browser has none. */
  readonly indexedDB: IDBFactory | undefined;
  readonly locks: Locks | undefined;
  readonly tabStorage: TextStorage;
  readonly schedule: Schedule;
  readonly makeKeys?: () => Promise<CryptoKeyPair>;
}

const databaseName = "earl-mesh";
const storeName = "identities";

interface LoadedIdentity extends StoredIdentity {
  readonly wasBroken: boolean;
}

type MakeIdentity = () => Promise<StoredIdentity>;

/**
 * The identity is this page's alone until the page ends. Never rejects: without a key the page starts, and enters no
 * room.
 */
export const openIdentity = async (options: IdentityStoreOptions): Promise<GatewayIdentity> => {
  const { indexedDB, locks, tabStorage, schedule, makeKeys = makeIdentityKeyPair } = options;
  const makeNew = async (): Promise<StoredIdentity> => {
    const keys = await withTimeLimit(makeKeys(), answerLimitMs, schedule);
    if (keys === timedOut) throw new Error("the browser does not answer for a key");
    return { keys, epoch: 0 };
  };
  const place = await placeOf(locks, tabStorage, schedule);
  const slot = place.kind === "own" ? place.slot : undefined;
  const kept =
    slot === undefined || indexedDB === undefined
      ? undefined
      : await answered(load(indexedDB, slot, makeNew), schedule);
  let current: StoredIdentity | undefined = kept;
  let problem: IdentityProblem | undefined = kept?.wasBroken === true ? "identity-renewed" : undefined;
  if (kept === undefined) problem = place.kind === "all-taken" ? "too-many-tabs" : "storage-unavailable";
  let isKept = kept !== undefined;
  const keep = async (identity: StoredIdentity): Promise<boolean> =>
    slot !== undefined &&
    indexedDB !== undefined &&
    (await answered(store(indexedDB, slot, identity), schedule)) === true;
  return {
    slot: slot ?? (place.kind === "all-taken" ? maxSlots + 1 : 1),
    ownsSlot: slot !== undefined,
    get isKept() {
      return isKept;
    },
    get problem() {
      return problem;
    },
    nextEntry: async () => {
      const { keys, epoch } = current === undefined || current.epoch >= maxEpoch ? await makeNew() : current;
      let next: StoredIdentity = { keys, epoch: epoch + 1 };
      current = next;
      if (isKept && !(await keep(next))) {
        isKept = false;
        problem = "storage-unavailable";
        current = undefined; // What was not written must not be used, though no other key should come.
        next = { ...(await makeNew()), epoch: 1 };
        current = next;
      }
      return { key: await identityKeyOf(next.keys), epoch: next.epoch };
    },
  };
};

/**
 * What is kept of the slot, or what has just been made for it. Its lock is held, so that nobody else reads or writes
 * its record.
 */
const load = async (factory: IDBFactory, slot: number, makeNew: MakeIdentity): Promise<LoadedIdentity> => {
  const database = await openDatabase(factory, databaseName, storeName);
  try {
    const stored = await readValue(database, storeName, slot);
    const sound = await soundIdentity(stored);
    if (sound !== undefined) return { ...sound, wasBroken: false };
    const made = await makeNew();
    await writeValue(database, storeName, slot, made);
    return { ...made, wasBroken: stored !== undefined };
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

type Place = { readonly kind: "own"; readonly slot: number } | { readonly kind: "all-taken" | "unknown" };

const placeOf = async (locks: Locks | undefined, tabStorage: TextStorage, schedule: Schedule): Promise<Place> => {
  if (locks === undefined) return { kind: "unknown" };
  try {
    const slot = await takeSlot(locks, tabStorage, schedule);
    return slot === undefined ? { kind: "all-taken" } : { kind: "own", slot };
  } catch {
    return { kind: "unknown" }; // What a browser refuses is the same to us as what it does not have.
  }
};

/** Undefined where the browser refuses, or does not answer in time. */
const answered = async <T>(attempt: Promise<T>, schedule: Schedule): Promise<T | undefined> => {
  try {
    const answer = await withTimeLimit(attempt, answerLimitMs, schedule);
    return answer === timedOut ? undefined : answer;
  } catch {
    return undefined;
  }
};
