// How fast counts grow: samples of totals, about one a second, of which the oldest within the last minute is the one to
// compare with. The time between two samples is measured, so that a page whose timers are late shows no wrong rate.
import type { Now } from "../basics/runtime.ts";

const windowMs = 60_000;
/** At one sample a second. A page whose timers come more often has a shorter window, not more memory. */
const maxSamples = 61;

interface Sample<T> {
  readonly atMs: number;
  readonly totals: T;
}

export class RateWindow<K extends string> {
  readonly #now: Now;
  #samples: Sample<Readonly<Record<K, number>>>[] = [];

  /** `totals` at the start. */
  constructor(now: Now, totals: Readonly<Record<K, number>>) {
    this.#now = now;
    this.sample(totals);
  }

  sample(totals: Readonly<Record<K, number>>): void {
    const atMs = this.#now();
    const isRecent = (sample: Sample<unknown>): boolean => atMs - sample.atMs <= windowMs;
    // When the page has slept there is none: its last one then gives the rate over the sleep.
    const kept = this.#samples.filter(isRecent);
    this.#samples = [...(kept.length > 0 ? kept : this.#samples.slice(-1)), { atMs, totals }].slice(-maxSamples);
  }

  /** Growth of one of the counts, in each second since the oldest sample; 0 before time has passed. */
  perSecond(key: K, total: number): number {
    const [oldest] = this.#samples;
    const elapsedMs = oldest === undefined ? 0 : this.#now() - oldest.atMs;
    return oldest === undefined || elapsedMs <= 0 ? 0 : ((total - oldest.totals[key]) * 1000) / elapsedMs;
  }
}
