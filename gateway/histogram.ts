// How often which value occurred: whole numbers from 0 to `highestValue`, in bounded memory (HdrHistogram by Gil Tene). Each value may come
// with how far the truth may lie from it; the greatest of these holds for every percentile, because none can be moved further than any value.
import { Int32Histogram } from "./hdr.ts";
import type { Summary } from "./statistics-types.ts";

/** A minute in µs; what is above counts as this. */
export const highestValue = 60_000_000;
/** Two digits: percentiles within 1 %, in 10 kB. Three would take 70 kB, and a phone has hundreds of histograms. */
const significantDigits = 2;

/** Its summary, and how far the truth may lie from any of its percentiles, and from its maximum. */
export interface Told {
  readonly summary: Summary;
  readonly error: number;
  readonly maxError: number;
}

export class Histogram {
  readonly #counts = new Int32Histogram(1, highestValue, significantDigits);
  #greatestError = 0;

  record(value: number, error = 0): void {
    this.#counts.recordValue(Math.min(highestValue, Math.max(0, Math.round(value))));
    this.#greatestError = Math.max(this.#greatestError, error);
  }

  add(other: Histogram): void {
    this.#counts.add(other.#counts);
    this.#greatestError = Math.max(this.#greatestError, other.#greatestError);
  }

  reset(): void {
    this.#counts.reset();
    this.#greatestError = 0;
  }

  get count(): number {
    return this.#counts.totalCount;
  }

  /** Undefined while nothing has been recorded. */
  told(): Told | undefined {
    const { totalCount: count, maxValue: max } = this.#counts;
    if (count === 0) return undefined;
    // A percentile is told as the highest value of its step, which may lie above the maximum.
    const percentile = (percent: number): number => Math.min(max, this.#counts.getValueAtPercentile(percent));
    const summary = { count, p50: percentile(50), p95: percentile(95), p99: percentile(99), max };
    return { summary, error: this.#greatestError, maxError: this.#greatestError };
  }

  /** Counts in `bins` equal steps from 0 to the maximum; empty while nothing has been recorded. */
  binned(bins: number): { readonly step: number; readonly counts: readonly number[] } {
    const step = Math.max(1, this.#counts.maxValue) / bins;
    const counts = new Array<number>(this.count === 0 ? 0 : bins).fill(0);
    const iterator = this.#counts.recordedValuesIterator;
    iterator.reset();
    while (iterator.hasNext()) {
      const { valueIteratedTo, countAtValueIteratedTo } = iterator.next();
      const bin = Math.min(bins - 1, Math.floor(this.#counts.medianEquivalentValue(valueIteratedTo) / step));
      counts[bin] = (counts[bin] ?? 0) + countAtValueIteratedTo;
    }
    return { step, counts };
  }
}
