// A histogram since start and one of the last minute, which is put together from slices: when a slice is too old it is used again,
// so that memory stays bounded. Nothing is allocated before the first value.
import { Histogram } from "./histogram.ts";
import type { Now } from "./runtime.ts";
import type { Spans } from "./statistics-types.ts";

/** Six slices of ten seconds: the present one is filling, so that they hold the last 50 to 60 s. */
const sliceMs = 10_000;
const slicesPerMinute = 6;

interface Slice {
  /** How many slices there were before it on this clock. */
  number: number;
  readonly histogram: Histogram;
}

/** Only used within a call: the slices of the last minute put together. */
const scratch = new Histogram();

export class RollingHistogram {
  readonly #now: Now;
  readonly #slices: Slice[] = [];
  #sinceStart: Histogram | undefined;

  constructor(now: Now) {
    this.#now = now;
  }

  record(value: number, error?: number): void {
    this.#sinceStart ??= new Histogram();
    this.#sinceStart.record(value, error);
    this.#present().record(value, error);
  }

  /** What `read` makes of each span. It must not keep the histogram. */
  spans<T>(read: (histogram: Histogram) => T | undefined): Spans<T> {
    scratch.reset();
    const oldest = this.#sliceNumber() - slicesPerMinute + 1;
    for (const { number, histogram } of this.#slices) if (number >= oldest) scratch.add(histogram);
    return {
      sinceStart: this.#sinceStart && read(this.#sinceStart),
      lastMinute: read(scratch),
    };
  }

  #present(): Histogram {
    const number = this.#sliceNumber();
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

  #sliceNumber(): number {
    return Math.floor(this.#now() / sliceMs);
  }
}
