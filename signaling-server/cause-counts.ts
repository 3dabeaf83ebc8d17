// How often something was refused, by cause. Every cause is there from the start, so that what `/healthz` shows has one shape.

export class CauseCounts<Cause extends string> {
  readonly #counts: Map<Cause, number>;

  constructor(causes: readonly Cause[]) {
    this.#counts = new Map(causes.map((cause) => [cause, 0]));
  }

  count(cause: Cause): void {
    this.#counts.set(cause, (this.#counts.get(cause) ?? 0) + 1);
  }

  snapshot(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }
}
