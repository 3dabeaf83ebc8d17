// Time as browsers and Node have it, for the code that is handed `Now` and `Schedule`.
import type { Now, Schedule } from "../../gateway/runtime.ts";
import { sleeplessClock } from "../../gateway/sleepless-clock.ts";

export const now: Now = sleeplessClock(
  () => performance.now(),
  () => Date.now(),
);

export const schedule: Schedule = (delayMs, task) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};
