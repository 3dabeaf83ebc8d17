// Numbered places for gateways on one device: each open page holds one by a Web Lock for as long as it lives, so that a second tab is a second
// gateway. A page that reloads finds its own place again, whatever other tabs did meanwhile.
import type { TextStorage } from "./text-storage.ts";

/** More tabs of one room on one phone than anybody opens. */
const maxSlots = 8;

/** A reloading page may start before the browser has let go of the lock of the page that it replaces. */
const unloadGraceMs = 1_500;

export type Locks = Pick<LockManager, "request">;

const slotKey = "earl-mesh.slot";

/** Undefined when all are taken. Rejects where the browser grants no locks. `tabStorage` belongs to one tab and outlives its reload. */
export const takeSlot = async (locks: Locks, tabStorage: TextStorage): Promise<number | undefined> => {
  const former = Number(tabStorage.read(slotKey));
  const isFormer = Number.isInteger(former) && former >= 1 && former <= maxSlots;
  if (isFormer && (await waitForSlot(locks, former))) return former;
  for (let slot = 1; slot <= maxSlots; slot++) {
    if (!(await tryToHold(locks, slot, { ifAvailable: true }))) continue;
    tabStorage.write(slotKey, String(slot));
    return slot;
  }
  return undefined;
};

const waitForSlot = async (locks: Locks, slot: number): Promise<boolean> => {
  const signal = AbortSignal.timeout(unloadGraceMs);
  try {
    return await tryToHold(locks, slot, { signal });
  } catch (error) {
    if (signal.aborted) return false; // A duplicated tab remembers the slot of the tab that it was copied from.
    throw error;
  }
};

/** Whether the slot's lock is now ours, for the life of the page. */
const tryToHold = (locks: Locks, slot: number, options: LockOptions): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const hold = (lock: Lock | null): Promise<void> => {
      resolve(lock !== null);
      return lock === null ? Promise.resolve() : new Promise(() => undefined);
    };
    locks.request(`earl-mesh slot ${slot}`, options, hold).catch(reject);
  });
