// A monotonic clock that goes on while the phone sleeps, made of the two that a page has: `performance.now()` stands
// still on many phones meanwhile, the wall clock does not. What was made before a sleep is old after it, at both ends
// of every channel, whichever end slept, and however long.
// Invariant: never goes back; between two readings it moves on by at least what the monotonic clock did.
import type { Now } from "./runtime.ts";
import { clockStepMs } from "./wake-detector.ts";

/**
 * @param wall in milliseconds. Where a person or the network sets it forward, that looks like a sleep: the clock jumps,
 * and this page compares clocks with everybody afresh (wake-detector.ts). Setting it back has no effect. It is
 * corrected in small steps all day, which is followed from reading to reading.
 */
export const sleeplessClock = (monotonic: Now, wall: Now): Now => {
  let sleptMs = 0;
  let wallLeadMs = wall() - monotonic();
  return () => {
    const monotonicMs = monotonic();
    const leadMs = wall() - monotonicMs;
    const stoodStillMs = leadMs - wallLeadMs;
    wallLeadMs = leadMs;
    if (stoodStillMs > clockStepMs) sleptMs += stoodStillMs;
    return monotonicMs + sleptMs;
  };
};
