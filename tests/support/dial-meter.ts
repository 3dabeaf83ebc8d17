// Whether a room dials like a storm: how many dials all phones together, any one of them, and any one pair began within
// one second.

interface BegunDial {
  readonly from: string;
  readonly pair: string;
  readonly atMs: number;
}

/** Counts as they happen, so that a day of them takes no memory. */
export class DialMeter {
  total = 0;
  /** The most that all phones together began within one second. */
  mostPerSecond = 0;
  mostPerSecondOfOne = 0;
  /** Dials of both ends together. */
  mostPerSecondOfPair = 0;
  readonly #recent: BegunDial[] = [];

  note(from: string, to: string, atMs: number): void {
    this.total++;
    const pair = from < to ? `${from} ${to}` : `${to} ${from}`;
    this.#recent.push({ from, pair, atMs });
    while ((this.#recent[0]?.atMs ?? atMs) <= atMs - 1_000) this.#recent.shift();
    const count = (wanted: (dial: BegunDial) => boolean): number => this.#recent.filter(wanted).length;
    this.mostPerSecond = Math.max(this.mostPerSecond, this.#recent.length);
    this.mostPerSecondOfOne = Math.max(
      this.mostPerSecondOfOne,
      count((dial) => dial.from === from),
    );
    this.mostPerSecondOfPair = Math.max(
      this.mostPerSecondOfPair,
      count((dial) => dial.pair === pair),
    );
  }
}
