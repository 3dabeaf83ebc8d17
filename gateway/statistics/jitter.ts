// Interarrival jitter of one stream (RFC 3550 §6.4.1): how unevenly what was made evenly arrives. The two clocks need
// not agree, only to go on: J += (|D| − J) / 16, where D is the difference of the transit times of two records that
// arrive one after the other.

/** By the RFC: a compromise of noise reduction and a reasonable rate of convergence. */
const gain = 1 / 16;

export class Jitter {
  #transitMs: number | undefined;
  #jitterMs: number | undefined;

  /** `madeAtMs` is on the sender's clock, `arrivedAtMs` on mine. */
  arrived(madeAtMs: number, arrivedAtMs: number): void {
    const transitMs = arrivedAtMs - madeAtMs;
    if (this.#transitMs !== undefined) {
      const before = this.#jitterMs ?? 0;
      this.#jitterMs = before + (Math.abs(transitMs - this.#transitMs) - before) * gain;
    }
    this.#transitMs = transitMs;
  }

  /** A clock has jumped: the next transit time is not to be compared with the last. */
  restart(): void {
    this.#transitMs = undefined;
  }

  /** Undefined before the second record. */
  get ms(): number | undefined {
    return this.#jitterMs;
  }
}
