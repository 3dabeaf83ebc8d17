// Figures of durations, collected in one process, sent as plain data and added up in another. HdrHistogram gives the
// quantiles; mean and deviation are exact. Durations are in ms, and kept in whole µs.
import { Int32Histogram } from "../../gateway/statistics/hdr.ts";

const highestUs = 60_000_000;
/** Within 0.1 %: 70 kB each, of which a process has a dozen. */
const significantDigits = 3;
const usPerMs = 1000;

/** How often which value occurred, in µs. */
export interface TallySnapshot {
  readonly values: readonly (readonly [valueUs: number, count: number])[];
  readonly sumMs: number;
  readonly sumOfSquaresMs: number;
  readonly maxMs: number;
}

export interface TallySummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
  readonly sd: number;
}

export const emptyTally: TallySnapshot = { values: [], sumMs: 0, sumOfSquaresMs: 0, maxMs: 0 };

export class Tally {
  readonly #histogram = new Int32Histogram(1, highestUs, significantDigits);
  #sumMs = 0;
  #sumOfSquaresMs = 0;
  #maxMs = 0;

  record(durationMs: number, count = 1): void {
    this.#histogram.recordValueWithCount(wholeUs(durationMs), count);
    this.#count(durationMs, count);
  }

  /**
   * For a meter that could not measure while it was blocked: this fills in what it would have measured, so that a stall
   * does not count as one value.
   */
  recordExpected(durationMs: number, intervalMs: number): void {
    this.#histogram.recordValueWithExpectedInterval(wholeUs(durationMs), wholeUs(intervalMs));
    for (let ms = durationMs; ms >= intervalMs || ms === durationMs; ms -= intervalMs) this.#count(ms, 1);
  }

  add({ values, sumMs, sumOfSquaresMs, maxMs }: TallySnapshot): void {
    for (const [valueUs, count] of values) this.#histogram.recordValueWithCount(valueUs, count);
    this.#sumMs += sumMs;
    this.#sumOfSquaresMs += sumOfSquaresMs;
    this.#maxMs = Math.max(this.#maxMs, maxMs);
  }

  snapshot(): TallySnapshot {
    const values: (readonly [number, number])[] = [];
    const iterator = this.#histogram.recordedValuesIterator;
    iterator.reset();
    while (iterator.hasNext()) {
      const { valueIteratedTo, countAtValueIteratedTo } = iterator.next();
      values.push([this.#histogram.medianEquivalentValue(valueIteratedTo), countAtValueIteratedTo]);
    }
    return { values, sumMs: this.#sumMs, sumOfSquaresMs: this.#sumOfSquaresMs, maxMs: this.#maxMs };
  }

  /** Undefined while nothing has been recorded. */
  summary(): TallySummary | undefined {
    const count = this.#histogram.totalCount;
    if (count === 0) return undefined;
    const percentile = (percent: number): number =>
      Math.min(this.#maxMs, this.#histogram.getValueAtPercentile(percent) / usPerMs);
    const mean = this.#sumMs / count;
    return {
      count,
      p50: percentile(50),
      p95: percentile(95),
      p99: percentile(99),
      max: this.#maxMs,
      mean,
      sd: Math.sqrt(Math.max(0, this.#sumOfSquaresMs / count - mean * mean)),
    };
  }

  #count(durationMs: number, count: number): void {
    this.#sumMs += count * durationMs;
    this.#sumOfSquaresMs += count * durationMs * durationMs;
    this.#maxMs = Math.max(this.#maxMs, durationMs);
  }
}

const wholeUs = (durationMs: number): number => Math.min(highestUs, Math.max(0, Math.round(durationMs * usPerMs)));

export const summaryOf = (snapshots: readonly TallySnapshot[]): TallySummary | undefined => {
  const whole = new Tally();
  for (const snapshot of snapshots) whole.add(snapshot);
  return whole.summary();
};
