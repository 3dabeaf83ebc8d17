// Time as browsers and Node have it, for the code that is handed `Now` and `Schedule`.
import type { Clocks, Now, Schedule } from "../../gateway/basics/runtime.ts";
import { sleeplessClock } from "../../gateway/basics/sleepless-clock.ts";

/** What `now` follows while nobody sleeps. */
export const monotonicNow: Now = () => performance.now();

export const wallNow: Now = () => Date.now();

export const now: Now = sleeplessClock(monotonicNow, wallNow);

export const clocks: Clocks = { now, monotonicNow, wallNow };

export const schedule: Schedule = (delayMs, task) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};

/**
 * Lets the page do what waits for it. By a message, because browsers slow down the timers of a page in the background
 * to one a second.
 */
export const pause = (): Promise<void> =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
