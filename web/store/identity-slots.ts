// Numbered places for gateways on one device: each open page holds one by a Web Lock for as long as it lives, so that a
// second tab is a second gateway. A page that reloads finds its own place again, whatever other tabs did meanwhile.
import type { Schedule } from "../../gateway/basics/runtime.ts";
import { timedOut, withTimeLimit } from "../platform/time-limit.ts";
import type { TextStorage } from "./text-storage.ts";

/** More tabs of one room on one phone than anybody opens. */
export const maxSlots = 8;

/** A reloading page may start before the browser has released the lock of the page that it replaces. */
const unloadGraceMs = 1_500;

/**
 * Answers take some milliseconds. Some browsers never give one, such as to the first open of a database after they
 * start: a person must not wait for that.
 */
export const answerLimitMs = 5_000;

export type Locks = Pick<LockManager, "request">;

const slotKey = "earl-mesh.slot";

/**
 * Undefined when all are taken. Rejects where the browser grants no locks, or does not answer. `tabStorage` belongs to
 * one tab and outlives its reload.
 */
export const takeSlot = async (
  locks: Locks,
  tabStorage: TextStorage,
  schedule: Schedule,
): Promise<number | undefined> => {
  const former = Number(tabStorage.read(slotKey));
  const isFormer = Number.isInteger(former) && former >= 1 && former <= maxSlots;
  // A duplicated tab remembers the slot of the tab that it was copied from, and does not get it.
  if (isFormer && (await tryToHold(locks, former, {}, unloadGraceMs, schedule)) === true) return former;
  for (let slot = 1; slot <= maxSlots; slot++) {
    const isHeld = await tryToHold(locks, slot, { ifAvailable: true }, answerLimitMs, schedule);
    if (isHeld === timedOut) throw new Error("the browser does not answer for a lock");
    if (!isHeld) continue;
    tabStorage.write(slotKey, String(slot));
    return slot;
  }
  return undefined;
};

/**
 * Whether the slot's lock is now ours, for the life of the page. A lock that comes after the time limit is given back.
 */
const tryToHold = async (
  locks: Locks,
  slot: number,
  options: LockOptions,
  limitMs: number,
  schedule: Schedule,
): Promise<boolean | typeof timedOut> => {
  let isLate = false;
  const answer = new Promise<boolean>((resolve, reject) => {
    const hold = (lock: Lock | null): Promise<void> => {
      resolve(lock !== null);
      return lock === null || isLate ? Promise.resolve() : new Promise(() => undefined);
    };
    locks.request(`earl-mesh slot ${slot}`, options, hold).catch(reject);
  });
  const held = await withTimeLimit(answer, limitMs, schedule);
  isLate = held === timedOut;
  return held;
};
