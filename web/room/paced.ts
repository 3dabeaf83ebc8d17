// A signal for drawing that changes a few times a second at most, however often its source does: others decide how much
// happens in a room, and every change that is drawn costs a page more than what it is about. Invariant: the last value
// of the source is shown in the end.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Now, Schedule } from "../../gateway/basics/runtime.ts";
import { TokenBucket } from "../../gateway/basics/token-bucket.ts";

/** Ten times a second looks immediate, and costs a phone little. */
export const redrawMs = 100;
/** Changes that are shown at once: what one press of a key leads to. */
export const redrawBurst = 10;

export interface PacedOptions {
  readonly now: Now;
  readonly schedule: Schedule;
}

export const paced = <T>(source: ReadonlySignal<T>, { now, schedule }: PacedOptions): ReadonlySignal<T> => {
  const shown = signal(source.peek());
  const redraws = new TokenBucket({ capacity: redrawBurst, refillPerSecond: 1000 / redrawMs, now });
  let isWaiting = false;
  const show = (): void => {
    if (isWaiting || source.peek() === shown.peek()) return;
    if (redraws.take()) {
      shown.value = source.peek();
      return;
    }
    isWaiting = true;
    schedule(redrawMs, () => {
      isWaiting = false;
      show();
    });
  };
  source.subscribe(show);
  return shown;
};
