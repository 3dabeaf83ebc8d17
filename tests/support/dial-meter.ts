// Whether a room dials like a storm: how many dials all phones together, and any one of them, began within one second.

/** Counts as they happen, so that a day of them takes no memory. */
export class DialMeter {
  total = 0;
  /** The most that all phones together began within one second. */
  mostPerSecond = 0;
  mostPerSecondOfOne = 0;
  readonly #recent: { readonly from: string; readonly atMs: number }[] = [];

  note(from: string, atMs: number): void {
    this.total++;
    this.#recent.push({ from, atMs });
    while ((this.#recent[0]?.atMs ?? atMs) <= atMs - 1_000) this.#recent.shift();
    this.mostPerSecond = Math.max(this.mostPerSecond, this.#recent.length);
    const ofOne = this.#recent.filter((dial) => dial.from === from).length;
    this.mostPerSecondOfOne = Math.max(this.mostPerSecondOfOne, ofOne);
  }
}
