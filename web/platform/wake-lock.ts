// Keeps the screen on while the page is a person's gateway: Android freezes a hidden page, and a frozen page forwards
// nothing. The system may take the lock at any time: whenever the page is hidden, and while it is visible when the
// battery is low. It is asked for again at once, when the page is shown, and at the next tap.
// Invariant: at most one lock is held, and none after `close`.
import type { Now, Schedule } from "../../gateway/basics/runtime.ts";
import { timedOut, withTimeLimit } from "./time-limit.ts";

/** A browser answers at once; one that has not answered by then may never do so. */
export const lockAnswerMs = 5_000;

/** A lock that is taken away so soon counts as refused: to ask again at once would be to ask without end. */
export const shortLockMs = 2_000;

export interface WakeLockOptions {
  /** `navigator.wakeLock`; undefined where the browser has none. */
  readonly wakeLock: WakeLock | undefined;
  readonly document: Document;
  readonly now: Now;
  readonly schedule: Schedule;
  readonly onChange: (isHeld: boolean) => void;
  /**
   * The screen may go dark: the lock was refused, for example in battery saving mode. Called again only after a lock
   * was held for a while.
   */
  readonly onRefused: () => void;
}

export interface WakeLockKeeper {
  close(): void;
}

/** When the page is shown, and whenever the person uses it. */
const occasions = ["visibilitychange", "pointerup", "keydown"];

export const keepAwake = (options: WakeLockOptions): WakeLockKeeper => {
  const { document, now, schedule, onChange, onRefused } = options;
  let held: WakeLockSentinel | undefined;
  let isClosed = false;
  let isAsking = false;
  /** Something happened while a request was under way, so that its refusal may be out of date. */
  let isToAskAgain = false;
  let isRefusalReported = false;

  const isVisible = (): boolean => document.visibilityState === "visible";

  const refused = (): void => {
    // A page that was hidden meanwhile has not been refused anything.
    if (isRefusalReported || isClosed || !isVisible()) return;
    isRefusalReported = true;
    onRefused();
  };

  const keep = (granted: WakeLockSentinel): void => {
    const grantedAtMs = now();
    held = granted;
    granted.addEventListener("release", () => {
      if (held !== granted) return;
      held = undefined;
      onChange(false);
      if (now() - grantedAtMs < shortLockMs) return refused();
      isRefusalReported = false;
      void acquire();
    });
    onChange(true);
  };

  /** Undefined: refused, or not answered. What is granted too late is released. */
  const request = async (wakeLock: WakeLock): Promise<WakeLockSentinel | undefined> => {
    let isTooLate = false;
    const ask = async (): Promise<WakeLockSentinel> => {
      const granted = await wakeLock.request("screen");
      if (isClosed || isTooLate) void granted.release();
      return granted;
    };
    try {
      const answer = await withTimeLimit(ask(), lockAnswerMs, schedule);
      isTooLate = answer === timedOut;
      return answer === timedOut || answer.released ? undefined : answer;
    } catch {
      return undefined; // The one exception that request() documents is NotAllowedError.
    }
  };

  const acquire = async (): Promise<void> => {
    const { wakeLock } = options;
    if (isClosed || held !== undefined || !isVisible()) return;
    if (wakeLock === undefined) return refused();
    if (isAsking) {
      isToAskAgain = true;
      return;
    }
    isAsking = true;
    isToAskAgain = false;
    const granted = await request(wakeLock);
    isAsking = false;
    if (isClosed) return;
    if (granted !== undefined) keep(granted);
    else if (isToAskAgain) await acquire();
    else refused();
  };

  const onOccasion = (): void => void acquire();
  for (const type of occasions) document.addEventListener(type, onOccasion);
  void acquire();

  return {
    close() {
      isClosed = true;
      for (const type of occasions) document.removeEventListener(type, onOccasion);
      void held?.release();
    },
  };
};
