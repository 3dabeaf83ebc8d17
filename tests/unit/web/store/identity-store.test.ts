import { describe, expect, it } from "vitest";
import { makeIdentityKeyPair, webCrypto } from "../../../../web/platform/web-crypto.ts";
import { answerLimitMs, maxSlots } from "../../../../web/store/identity-slots.ts";
import { type IdentityStoreOptions, openIdentity } from "../../../../web/store/identity-store.ts";
import { maxEpoch } from "../../../../web/store/stored-identity.ts";
import { openTextStorage } from "../../../../web/store/text-storage.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { heldByIndexedDb } from "../../../support/held-by-indexed-db.ts";

const grant = { name: "", mode: "exclusive" } as const;

/** Grants every lock, but those of the slots that other tabs have. */
const locksBeside = (takenSlots: number): Pick<LockManager, "request"> => {
  const request = async (name: string, options: LockOptions, use: (lock: Lock | null) => unknown) => {
    const slot = Number(name.split(" ").at(-1));
    if (slot > takenSlots) return use(grant);
    return options.ifAvailable === true ? use(null) : new Promise(() => undefined);
  };
  return { request } as unknown as LockManager;
};

const silent = { request: () => new Promise(() => undefined) } as unknown as LockManager;
const tabStorage = openTextStorage(() => ({ getItem: () => null, setItem: () => undefined }));

const open = async (time: FakeTime, options: Partial<IdentityStoreOptions>) =>
  openIdentity({
    indexedDB: heldByIndexedDb(() => undefined),
    locks: locksBeside(0),
    tabStorage,
    schedule: time.schedule,
    ...options,
  });

/** What waits for an answer that never comes waits no longer. */
const afterTheLimit = async <T>(time: FakeTime, waiting: Promise<T>): Promise<T> => {
  await time.advance(answerLimitMs);
  return time.until(waiting);
};

/** What a peer does with it (docs/protocol.md §2.1). */
const isBelieved = async (identity: Awaited<ReturnType<typeof open>>): Promise<boolean> => {
  const { key } = await identity.nextEntry();
  const data = Uint8Array.of(1, 2, 3);
  return webCrypto.verifyP256(key.publicKey, await key.sign(data), data);
};

const usages = ["sign", "verify"] as const;
const pairOf = (algorithm: EcKeyGenParams, isExtractable = false): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(algorithm, isExtractable, [...usages]);
const p384 = () => pairOf({ name: "ECDSA", namedCurve: "P-384" });
const ecdh = async () =>
  (await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"])) as CryptoKeyPair;
const halves = async () => {
  const [one, other] = await Promise.all([makeIdentityKeyPair(), makeIdentityKeyPair()]);
  return { privateKey: one.privateKey, publicKey: other.publicKey };
};
const swapped = async () => {
  const { privateKey, publicKey } = await makeIdentityKeyPair();
  return { privateKey: publicKey, publicKey: privateKey };
};

const brokenIdentities: readonly (readonly [string, () => Promise<unknown>])[] = [
  ...[-5, 1.5, Number.NaN, maxEpoch, 2 ** 53 - 1, 2 ** 53, "3", undefined].map(
    (epoch) => [`the epoch ${epoch}`, async () => ({ keys: await makeIdentityKeyPair(), epoch })] as const,
  ),
  ["keys of another curve", async () => ({ keys: await p384(), epoch: 3 })],
  ["keys for another use", async () => ({ keys: await ecdh(), epoch: 3 })],
  ["halves of two pairs", async () => ({ keys: await halves(), epoch: 3 })],
  ["a pair the wrong way round", async () => ({ keys: await swapped(), epoch: 3 })],
  [
    "a key that can be carried away",
    async () => ({ keys: await pairOf({ name: "ECDSA", namedCurve: "P-256" }, true), epoch: 3 }),
  ],
  ["no keys", async () => ({ epoch: 3 })],
  ["a text", async () => "identity"],
];

describe("a stored identity", () => {
  it("should be used as it is when peers would believe it, at its next epoch", async () => {
    const stored = { keys: await makeIdentityKeyPair(), epoch: 3 };
    const identity = await open(new FakeTime(), { indexedDB: heldByIndexedDb(() => stored) });
    expect(identity).toMatchObject({ slot: 1, ownsSlot: true, isKept: true, problem: undefined });
    expect((await identity.nextEntry()).epoch).toBe(4);
    expect(await isBelieved(identity)).toBe(true);
  });

  it("should be made where there is none, without a word", async () => {
    const identity = await open(new FakeTime(), {});
    expect(identity).toMatchObject({ isKept: true, problem: undefined });
    expect((await identity.nextEntry()).epoch).toBe(1);
  });

  it.each(brokenIdentities)("should be made again, and reported, in place of one with %s", async (_, make) => {
    const stored = await make();
    const identity = await open(new FakeTime(), { indexedDB: heldByIndexedDb(() => stored) });
    expect(identity).toMatchObject({ isKept: true, problem: "identity-renewed" });

    expect((await identity.nextEntry()).epoch).toBe(1);
    expect(await isBelieved(identity)).toBe(true);
  });
});

describe("a browser that does not answer", () => {
  it("should not keep a page from its identity when it never grants a lock", async () => {
    const time = new FakeTime();
    const identity = await afterTheLimit(time, open(time, { locks: silent }));
    expect(identity).toMatchObject({ slot: 1, ownsSlot: false, isKept: false, problem: "storage-unavailable" });
    expect(await isBelieved(identity)).toBe(true);
  });

  it("should get back a lock that it granted after the page had given up", async () => {
    const time = new FakeTime();
    let grantLate: (() => unknown) | undefined;
    const request = (_: string, __: LockOptions, use: (lock: Lock) => unknown) =>
      new Promise((resolve) => {
        grantLate = () => {
          const held = use(grant);
          resolve(held);
          return held;
        };
      });
    await afterTheLimit(time, open(time, { locks: { request } as unknown as LockManager }));
    await grantLate?.();
  });

  it.each(["open", "read"] as const)(
    "should not keep a page from its identity when it never ends to %s",
    async (what) => {
      const never = { onsuccess: null, onerror: null };
      const database = {
        transaction: () => ({ objectStore: () => ({ get: () => never }) }),
        close: () => undefined,
      };
      const factory = {
        open: () => {
          if (what === "open") return never;
          const request: { result: unknown; onsuccess?: () => void } = { result: database };
          queueMicrotask(() => request.onsuccess?.());
          return request;
        },
      } as unknown as IDBFactory;
      const time = new FakeTime();
      const identity = await afterTheLimit(time, open(time, { indexedDB: factory }));
      expect(identity).toMatchObject({ isKept: false, problem: "storage-unavailable" });
      expect(await isBelieved(identity)).toBe(true);
    },
  );

  it("should not keep a page from starting when it never makes a key, and should be asked again for each room", async () => {
    const time = new FakeTime();
    let makes = 0;
    const makeKeys = (): Promise<CryptoKeyPair> => {
      makes++;
      return makes < 4 ? new Promise(() => undefined) : makeIdentityKeyPair();
    };
    const identity = await afterTheLimit(time, open(time, { makeKeys }));
    for (let room = 0; room < 2; room++) {
      const entry = identity.nextEntry().catch((error: unknown) => error);
      expect(await afterTheLimit(time, entry)).toBeInstanceOf(Error);
    }
    expect((await identity.nextEntry()).epoch).toBe(1);
  });
});

describe("a tab beside others", () => {
  it("should have the first slot that is free", async () => {
    const identity = await open(new FakeTime(), { locks: locksBeside(2) });
    expect(identity).toMatchObject({ slot: 3, ownsSlot: true, problem: undefined });
  });

  it("should share no slot when all are taken, and be reported", async () => {
    const identity = await open(new FakeTime(), { locks: locksBeside(maxSlots) });
    expect(identity).toMatchObject({ slot: maxSlots + 1, ownsSlot: false, isKept: false, problem: "too-many-tabs" });
  });
});
