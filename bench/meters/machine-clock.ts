// The clock that all processes of one machine share, CLOCK_MONOTONIC, in milliseconds. It makes one-way delays between
// them exact. Every process has its own `performance.now()`, which differs from it by a constant that is found once.
import type { Now } from "../../gateway/basics/runtime.ts";

/** By how much a process's `performance.now()` is behind the machine's clock, and how wrong that may be. */
export interface ClockOffset {
  readonly offsetMs: number;
  readonly errorMs: number;
}

const nsPerMs = 1e6;

export const machineNow: Now = () => Number(process.hrtime.bigint()) / nsPerMs;

/** From readings of both clocks, each of one between two of the other: the shortest interval proves the most. */
export const offsetOf = (
  readings: readonly { readonly beforeMs: number; readonly itsMs: number; readonly afterMs: number }[],
): ClockOffset => {
  const [first, ...others] = readings;
  if (first === undefined) throw new Error("no readings");
  let best = first;
  for (const reading of others) if (reading.afterMs - reading.beforeMs < best.afterMs - best.beforeMs) best = reading;
  return { offsetMs: (best.beforeMs + best.afterMs) / 2 - best.itsMs, errorMs: (best.afterMs - best.beforeMs) / 2 };
};

const readingCount = 100;

/** The offset of this process. */
export const ownClockOffset = (): ClockOffset =>
  offsetOf(
    Array.from({ length: readingCount }, () => ({
      beforeMs: machineNow(),
      itsMs: performance.now(),
      afterMs: machineNow(),
    })),
  );
