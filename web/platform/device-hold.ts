// One tab of this browser uses a device at a time: a limit of the wearer's body must not count twice because two tabs
// reach the same band.
// Neighbours: gatt-link.ts and this-phone.ts take a hold before they use their device, and release it when they are
// closed; closing a tab releases all.
// Invariant: after `release` no lock stays behind, even if the browser grants it later.
import type { Schedule } from "../../gateway/basics/runtime.ts";
import { timedOut, withTimeLimit } from "./time-limit.ts";

export interface DeviceHold {
  /** False: another tab has the device. Called once. */
  take(): Promise<boolean>;
  /** May be called at any time, also while `take` is waiting. Calling it again does nothing. */
  release(): void;
}

/** For devices that no other tab can reach. */
export const ownDeviceHold: DeviceHold = { take: async () => true, release: () => undefined };

/** A browser answers within milliseconds whether a lock is free; one that takes longer than this may never answer. */
export const lockAnswerLimitMs = 2_000;

/** A link that was closed, or a tab that reloads, releases its lock a moment later. */
export const lockWaitMs = 1_500;

export interface WebLockHoldOptions {
  /** `navigator.locks`; undefined where the browser has none. */
  readonly locks: Pick<LockManager, "request"> | undefined;
  readonly schedule: Schedule;
  /** This browser does not say whether another tab has the device, so it is used without a hold. */
  readonly onUnguarded: () => void;
}

export class WebLockHold implements DeviceHold {
  readonly #options: WebLockHoldOptions;
  readonly #name: string;
  readonly #waiting = new AbortController();
  #isReleased = false;
  #endLock: (() => void) | undefined;

  constructor(deviceId: string, options: WebLockHoldOptions) {
    this.#options = options;
    this.#name = `earl-mesh device ${deviceId}`;
  }

  async take(): Promise<boolean> {
    const isFree = await this.#request({ ifAvailable: true }, lockAnswerLimitMs);
    if (isFree === undefined) this.#options.onUnguarded();
    if (isFree !== false) return true;
    const isGranted = await this.#request({ signal: this.#waiting.signal }, lockWaitMs);
    if (isGranted !== true) this.release();
    return isGranted === true;
  }

  release(): void {
    this.#isReleased = true;
    this.#waiting.abort();
    this.#endLock?.();
  }

  /** True: the lock is ours until `release`. False: another tab has it. Undefined: no answer. */
  async #request(options: LockOptions, limitMs: number): Promise<boolean | undefined> {
    const { locks, schedule } = this.#options;
    if (locks === undefined) return undefined;
    const granted = new Promise<boolean>((resolve, reject) => {
      const hold = (lock: Lock | null): Promise<void> => {
        resolve(lock !== null);
        if (lock === null || this.#isReleased) return Promise.resolve();
        return new Promise((end) => {
          this.#endLock = end;
        });
      };
      locks.request(this.#name, options, hold).catch(reject);
    });
    try {
      const answer = await withTimeLimit(granted, limitMs, schedule);
      return answer === timedOut ? undefined : answer;
    } catch {
      return undefined; // The browser refuses locks to this page, or `release` has ended the wait.
    }
  }
}
