// How often something happened, by its cause. Where all causes are named at the start, each is there from the start, so
// that what `/healthz` shows has one shape; otherwise a cause appears with its first count. Causes are words of ours,
// never text from outside: so their number is bounded.

export class CauseCounts<Cause extends string> {
  readonly #counts: Map<Cause, number>;

  constructor(causes: readonly Cause[] = []) {
    this.#counts = new Map(causes.map((cause) => [cause, 0]));
  }

  count(cause: Cause, times = 1): void {
    this.#counts.set(cause, (this.#counts.get(cause) ?? 0) + times);
  }

  /** Goes on counting. */
  get byCause(): ReadonlyMap<Cause, number> {
    return this.#counts;
  }

  /** As it is now. */
  snapshot(): Readonly<Partial<Record<Cause, number>>> {
    return Object.fromEntries(this.#counts) as Partial<Record<Cause, number>>;
  }
}
