// Notices that this page was asleep, or its wall clock was set: a gap between two beats that no throttled timer
// explains, or clocks that have moved apart. In both cases what is known of the peers' clocks is no longer true.
// A waking page gets its queued messages before its first timer, so `check` is asked before each message is applied.
import type { Clocks, Now } from "./runtime.ts";

/** How often the page beats; browsers let a hidden page's timers run once a second. */
export const beatMs = 1_000;

/**
 * Five missed beats: longer than any garbage collection or layout. What came in between is judged by its deadline, as
 * everything is.
 */
export const sleepGapMs = 5_000;

/**
 * `performance.now()` stands still while many phones sleep, the wall clock does not: a message that waited then looks
 * fresh to it. What a page reads is mended for that (sleepless-clock.ts), and jumps by the sleep, or by as much as the
 * wall clock was set forward. A clock that is not mended is found out by the wall clock. One that is set back moves
 * them apart as well, which costs one needless comparison of clocks; its daily corrections are far smaller.
 */
export const clockStepMs = 250;
/**
 * The clock has jumped by more than `clockStepMs` or not at all: in between lies what coarse clocks, read one after the
 * other, may differ.
 */
export const jumpMs = clockStepMs / 2;

export class WakeDetector {
  readonly #now: Now;
  readonly #monotonicNow: Now;
  readonly #wallNow: Now;
  #lastBeatMs: number;
  /** The wall clock minus this one. */
  #wallLeadMs: number;
  /** This clock minus the monotonic one. */
  #leadMs: number;

  constructor({ now, monotonicNow, wallNow }: Clocks) {
    this.#now = now;
    this.#monotonicNow = monotonicNow;
    this.#wallNow = wallNow;
    this.#lastBeatMs = now();
    this.#wallLeadMs = wallNow() - this.#lastBeatMs;
    this.#leadMs = this.#lastBeatMs - monotonicNow();
  }

  /**
   * Called every `beatMs`. True when the page has slept, or a clock was set, since the last call of `beat` or `check`.
   */
  beat(): boolean {
    const hasSlept = this.check();
    this.#lastBeatMs = this.#now();
    return hasSlept;
  }

  /** Called before anything that arrived is applied. True once for each time. */
  check(): boolean {
    const nowMs = this.#now();
    const wallLeadMs = this.#wallNow() - nowMs;
    const leadMs = nowMs - this.#monotonicNow();
    const hasGap = nowMs - this.#lastBeatMs > sleepGapMs;
    const hasJumped = leadMs - this.#leadMs > jumpMs;
    const hasPartedFromWall = Math.abs(wallLeadMs - this.#wallLeadMs) > clockStepMs;
    this.#wallLeadMs = wallLeadMs;
    this.#leadMs = leadMs;
    if (hasGap || hasJumped) this.#lastBeatMs = nowMs;
    return hasGap || hasJumped || hasPartedFromWall;
  }
}
