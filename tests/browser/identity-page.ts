// The page of identity-store.test.ts: opens its identity and enters a room, as the product's page does, and says what
// it got.
import { toHex } from "../../firmware-bridge/frames/bytes.ts";
import { schedule } from "../../web/platform/timers.ts";
import { openIdentity } from "../../web/store/identity-store.ts";
import { openTextStorage } from "../../web/store/text-storage.ts";

/**
 * `?without=locks` or `?without=indexedDB` plays a browser that refuses one of them, `?without=room` one whose disk is
 * full.
 */
const without = new URL(location.href).searchParams.get("without");

const refusing = (): never => {
  throw new DOMException("The operation is insecure.", "SecurityError");
};

if (without === "room") {
  IDBObjectStore.prototype.put = () => {
    throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
  };
}

const identity = openIdentity({
  indexedDB: without === "indexedDB" ? Object.assign(Object.create(indexedDB), { open: refusing }) : indexedDB,
  locks: without === "locks" ? { request: async () => refusing() } : navigator.locks,
  tabStorage: openTextStorage(() => sessionStorage),
  schedule,
});

export interface ToldIdentity {
  readonly key: string;
  readonly epoch: number;
  readonly slot: number;
  readonly isKept: boolean;
  /** Absent where there is none. */
  readonly problem?: string;
  readonly signatureBytes: number;
}

const tell = async (): Promise<ToldIdentity> => {
  const { key, epoch } = await (await identity).nextEntry();
  const { slot, isKept, problem } = await identity;
  const signature = await key.sign(Uint8Array.of(1, 2, 3));
  return {
    key: toHex(key.publicKey),
    epoch,
    slot,
    isKept,
    signatureBytes: signature.length,
    ...(problem && { problem }),
  };
};

Object.assign(globalThis, { toldIdentity: tell(), enterAgain: async () => (await (await identity).nextEntry()).epoch });
