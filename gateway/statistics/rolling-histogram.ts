// A histogram since start and one of the last minute, which is put together from slices: when a slice is too old it is
// used again, so that memory stays bounded. Nothing is allocated before the first value. While somebody asks every
// second (the panel, a recording), the slices are put together only when one has ended, and percentiles are looked for
// only where a value has come.

import type { Now } from "../basics/runtime.ts";
import { BracketedHistogram } from "./bracketed-histogram.ts";
import { Histogram, type Told } from "./histogram.ts";
import type { Spans } from "./statistics-types.ts";

/** Six slices of ten seconds: the present one is filling, so that they hold the last 50 to 60 s. */
const sliceMs = 10_000;
const slicesPerMinute = 6;

interface Slice {
  /** How many slices there were before it on this clock. */
  number: number;
  readonly histogram: Histogram;
}

export class RollingHistogram {
  readonly #now: Now;
  readonly #slices: Slice[] = [];
  /** The worst error of a minute is gone a minute later; here it would stay, so each percentile has its own. */
  #sinceStart: BracketedHistogram | undefined;
  /** The slices of the last minute put together, as of slice `asOf`; undefined until somebody asks. */
  #minute: { asOf: number; readonly histogram: Histogram } | undefined;
  #told: { readonly inSlice: number; readonly spans: Spans<Told> } | undefined;

  constructor(now: Now) {
    this.#now = now;
  }

  /** `atMs` is now, for a caller that has just read the clock. */
  record(value: number, error?: number, atMs?: number): void {
    this.#told = undefined;
    this.#sinceStart ??= new BracketedHistogram();
    this.#sinceStart.record(value, error);
    const number = this.#sliceNumber(atMs);
    this.#slice(number).record(value, error);
    if (this.#minute?.asOf === number) this.#minute.histogram.record(value, error);
  }

  /** A value has come in the last minute. */
  isRecent(atMs?: number): boolean {
    const oldest = this.#sliceNumber(atMs) - slicesPerMinute;
    return this.#slices.some(({ number }) => number > oldest);
  }

  spans(): Spans<Told> {
    const inSlice = this.#sliceNumber();
    if (this.#told?.inSlice !== inSlice)
      this.#told = { inSlice, spans: { sinceStart: this.#sinceStart?.told(), lastMinute: this.#lastMinute(inSlice) } };
    return this.#told.spans;
  }

  #lastMinute(inSlice: number): Told | undefined {
    const recent = this.#slices.filter(({ number }) => number > inSlice - slicesPerMinute);
    if (recent.length === 0) return undefined;
    this.#minute ??= { asOf: Number.NaN, histogram: new Histogram() };
    const { asOf, histogram: minute } = this.#minute;
    if (asOf !== inSlice) {
      this.#minute.asOf = inSlice;
      minute.reset();
      for (const { histogram } of recent) minute.add(histogram);
    }
    return minute.told();
  }

  #slice(number: number): Histogram {
    const present = this.#slices.find((slice) => slice.number === number);
    if (present !== undefined) return present.histogram;
    const old = this.#slices.find((slice) => slice.number <= number - slicesPerMinute);
    if (old === undefined) {
      const histogram = new Histogram();
      this.#slices.push({ number, histogram });
      return histogram;
    }
    old.number = number;
    old.histogram.reset();
    return old.histogram;
  }

  #sliceNumber(atMs = this.#now()): number {
    return Math.floor(atMs / sliceMs);
  }
}

export const eachSpan = <T, U>({ sinceStart, lastMinute }: Spans<T>, make: (of: T) => U): Spans<U> => ({
  sinceStart: sinceStart && make(sinceStart),
  lastMinute: lastMinute && make(lastMinute),
});
