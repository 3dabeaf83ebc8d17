// How often which value occurred: whole numbers from 0 to `highestValue`, in bounded memory (HdrHistogram by Gil Tene),
// which counts in steps. Each value may come with how far the truth may lie from it; the greatest of these holds for
// every percentile, because none can be moved further than any value.
// Invariant: the truth of each percentile, and of the maximum, lies between the lower and the upper bound that are
// given with it.
import { Int32Histogram } from "./hdr.ts";
import type { Summary } from "./statistics-types.ts";

/** A minute in µs; what is above counts as this. */
export const highestValue = 60_000_000;
/** Two digits: percentiles within 1 %, in 10 kB. Three would take 70 kB, and a phone has hundreds of histograms. */
const significantDigits = 2;

type Marks = Readonly<Omit<Summary, "count">>;

/** Its summary, and between which two the truth of each lies. */
export interface Told {
  readonly summary: Summary;
  readonly least: Marks;
  readonly most: Marks;
}

export class Histogram {
  readonly #counts = new Int32Histogram(1, highestValue, significantDigits);
  #greatestError = 0;
  /** By how much the greatest value was above the highest that is kept. */
  #greatestCut = 0;

  /** No truth is below 0, so a value that is counts as that. */
  record(value: number, error = 0): void {
    const possible = Math.max(0, value);
    const whole = Math.round(possible);
    this.#counts.recordValue(Math.min(highestValue, whole));
    this.#greatestError = Math.max(this.#greatestError, error + Math.abs(whole - possible));
    this.#greatestCut = Math.max(this.#greatestCut, whole - highestValue);
  }

  add(other: Histogram): void {
    this.#counts.add(other.#counts);
    this.#greatestError = Math.max(this.#greatestError, other.#greatestError);
    this.#greatestCut = Math.max(this.#greatestCut, other.#greatestCut);
  }

  reset(): void {
    this.#counts.reset();
    this.#greatestError = 0;
    this.#greatestCut = 0;
  }

  get count(): number {
    return this.#counts.totalCount;
  }

  /** Undefined while nothing has been recorded. */
  told(): Told | undefined {
    const { totalCount: count, maxValue: max, minNonZeroValue: min } = this.#counts;
    if (count === 0) return undefined;
    const error = this.#greatestError;
    // A percentile is given as the highest value of its step, which may lie above the maximum, as the lowest may lie
    // below the minimum.
    const percentile = (percent: number): number => Math.min(max, this.#counts.getValueAtPercentile(percent));
    const leastOf = (told: number): number =>
      Math.min(told, Math.max(min, this.#counts.lowestEquivalentValue(told))) - error;
    // What was cut off counts only where the highest value is given: in the error of all, one such value would widen
    // every percentile for good.
    const mostOf = (told: number): number => told + error + (told === highestValue ? this.#greatestCut : 0);
    const [p50, p95, p99] = [percentile(50), percentile(95), percentile(99)];
    return {
      summary: { count, p50, p95, p99, max },
      least: { p50: leastOf(p50), p95: leastOf(p95), p99: leastOf(p99), max: max - error },
      most: { p50: mostOf(p50), p95: mostOf(p95), p99: mostOf(p99), max: mostOf(max) },
    };
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
