// Notices that this page was asleep: a gap between two beats that no throttled timer explains, or two clocks that have moved apart.
// A waking page gets its queued messages before its first timer, so `check` is asked before each message is applied.
import type { Now } from "./runtime.ts";

/** How often the page beats; browsers let a hidden page's timers run once a second. */
export const beatMs = 1_000;

/** Five missed beats: longer than any garbage collection or layout. What came in between is judged by its deadline as always. */
export const sleepGapMs = 5_000;

/**
 * `performance.now()` stands still while many phones sleep, the wall clock does not: a message that waited then looks fresh to it. What a page reads
 * is mended for that (sleepless-clock.ts); whoever hands in a clock that is not is found out here. A wall clock that is set back moves them
 * apart as well, which costs one needless comparison of clocks; its daily corrections are far smaller.
 */
export const clockStepMs = 250;

export interface WakeDetectorOptions {
  readonly now: Now;
  /** Milliseconds of the wall clock. */
  readonly wallNow: Now;
}

export class WakeDetector {
  readonly #now: Now;
  readonly #wallNow: Now;
  #lastBeatMs: number;
  /** The wall clock minus the monotonic one. */
  #leadMs: number;

  constructor({ now, wallNow }: WakeDetectorOptions) {
    this.#now = now;
    this.#wallNow = wallNow;
    this.#lastBeatMs = now();
    this.#leadMs = wallNow() - this.#lastBeatMs;
  }

  /** Called every `beatMs`. True when the page has slept since the last call of `beat` or `check`. */
  beat(): boolean {
    const hasSlept = this.check();
    this.#lastBeatMs = this.#now();
    return hasSlept;
  }

  /** Called before anything that arrived is applied. True once for each sleep. */
  check(): boolean {
    const nowMs = this.#now();
    const leadMs = this.#wallNow() - nowMs;
    const hasGap = nowMs - this.#lastBeatMs > sleepGapMs;
    const hasStep = Math.abs(leadMs - this.#leadMs) > clockStepMs;
    this.#leadMs = leadMs;
    if (hasGap) this.#lastBeatMs = nowMs;
    return hasGap || hasStep;
  }
}
