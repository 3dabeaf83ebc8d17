// Delays in milliseconds, kept as whole microseconds: of one run, or rolling. A delay between two clocks comes with the bound of its error.
import { Histogram } from "./histogram.ts";
import { RollingHistogram } from "./rolling-histogram.ts";
import type { Now } from "./runtime.ts";
import type { ClockedDelaySummary, DelayBin, DelaySummary, Spans } from "./statistics-types.ts";

const usPerMs = 1000;

const delaySummaryOf = (histogram: Histogram): DelaySummary | undefined => {
  const summary = histogram.summary();
  return (
    summary && {
      count: summary.count,
      p50Ms: summary.p50 / usPerMs,
      p95Ms: summary.p95 / usPerMs,
      p99Ms: summary.p99 / usPerMs,
      maxMs: summary.max / usPerMs,
    }
  );
};

const clockedSummaryOf = (histogram: Histogram): ClockedDelaySummary | undefined => {
  const summary = delaySummaryOf(histogram);
  return summary && { ...summary, boundMs: histogram.greatestError / usPerMs };
};

export class DelayHistogram {
  readonly #delaysUs = new Histogram();

  record(delayMs: number, boundMs = 0): void {
    this.#delaysUs.record(delayMs * usPerMs, boundMs * usPerMs);
  }

  summary(): DelaySummary | undefined {
    return delaySummaryOf(this.#delaysUs);
  }

  clockedSummary(): ClockedDelaySummary | undefined {
    return clockedSummaryOf(this.#delaysUs);
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

  record(delayMs: number, boundMs = 0): void {
    this.#delaysUs.record(delayMs * usPerMs, boundMs * usPerMs);
  }

  spans(): Spans<DelaySummary> {
    return this.#delaysUs.spans(delaySummaryOf);
  }

  clockedSpans(): Spans<ClockedDelaySummary> {
    return this.#delaysUs.spans(clockedSummaryOf);
  }
}
