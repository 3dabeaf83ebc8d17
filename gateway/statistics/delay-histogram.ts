// Delays in milliseconds, kept as whole microseconds: of one run, or rolling. A delay between two clocks comes with the
// bound of its error.

import type { Now } from "../basics/runtime.ts";
import { Histogram, type Told } from "./histogram.ts";
import { eachSpan, RollingHistogram } from "./rolling-histogram.ts";
import type { ClockedDelaySummary, DelayBin, DelaySummary, Spans } from "./statistics-types.ts";

const usPerMs = 1000;

const delaySummaryOf = ({ summary: { count, p50, p95, p99, max } }: Told): DelaySummary => ({
  count,
  p50Ms: p50 / usPerMs,
  p95Ms: p95 / usPerMs,
  p99Ms: p99 / usPerMs,
  maxMs: max / usPerMs,
});

/** To whole microseconds, and up, so that a file that has no more digits holds a bound too. */
const boundMsOf = ({ summary, least, most }: Told, name: "p50" | "p95" | "p99" | "max"): number =>
  Math.ceil(Math.max(summary[name] - least[name], most[name] - summary[name])) / usPerMs;

const clockedSummaryOf = (told: Told): ClockedDelaySummary => {
  const boundMs = Math.max(boundMsOf(told, "p50"), boundMsOf(told, "p95"), boundMsOf(told, "p99"));
  const maxBoundMs = boundMsOf(told, "max");
  return { ...delaySummaryOf(told), boundMs, maxBoundMs: maxBoundMs > boundMs ? maxBoundMs : undefined };
};

export class DelayHistogram {
  readonly #delaysUs = new Histogram();

  record(delayMs: number, boundMs = 0): void {
    this.#delaysUs.record(delayMs * usPerMs, boundMs * usPerMs);
  }

  summary(): DelaySummary | undefined {
    const told = this.#delaysUs.told();
    return told && delaySummaryOf(told);
  }

  clockedSummary(): ClockedDelaySummary | undefined {
    const told = this.#delaysUs.told();
    return told && clockedSummaryOf(told);
  }

  bins(count: number): readonly DelayBin[] {
    const { step, counts } = this.#delaysUs.binned(count);
    const stepMs = step / usPerMs;
    return counts.map((inBin, i) => ({ fromMs: i * stepMs, toMs: (i + 1) * stepMs, count: inBin }));
  }
}

export class RollingDelay {
  readonly #delaysUs: RollingHistogram;

  constructor(now: Now) {
    this.#delaysUs = new RollingHistogram(now);
  }

  /** `atMs` is now, for a caller that has just read the clock. */
  record(delayMs: number, boundMs = 0, atMs?: number): void {
    this.#delaysUs.record(delayMs * usPerMs, boundMs * usPerMs, atMs);
  }

  /** A delay has been recorded in the last minute. */
  isRecent(atMs?: number): boolean {
    return this.#delaysUs.isRecent(atMs);
  }

  spans(): Spans<DelaySummary> {
    return eachSpan(this.#delaysUs.spans(), delaySummaryOf);
  }

  clockedSpans(): Spans<ClockedDelaySummary> {
    return eachSpan(this.#delaysUs.spans(), clockedSummaryOf);
  }
}
