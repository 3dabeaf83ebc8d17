// Which sequence numbers of one probe have been seen, in whatever order they come: one bit for each of the newest 1024.
// Invariant: bit `sequence mod 1024` speaks of the one number with that remainder in (newest − 1024, newest].

/** At the fastest motion rate, 100 samples a second, a record may be overtaken by ten seconds' worth. */
export const windowRecords = 1024;

export type SequenceVerdict = "fresh" | "duplicate" | "too-old";

export class SequenceWindow {
  readonly #seen = new Uint32Array(windowRecords / 32);
  #newest = -1;

  /** Each number within the window is fresh once. `sequence` is below 2^32 and never wraps. */
  accept(sequence: number): SequenceVerdict {
    if (sequence <= this.#newest - windowRecords) return "too-old";
    this.#moveTo(sequence);
    const slot = sequence % windowRecords;
    const bits = this.#seen[slot >>> 5] ?? 0;
    const bit = 1 << (slot & 31);
    if ((bits & bit) !== 0) return "duplicate";
    this.#seen[slot >>> 5] = bits | bit;
    return "fresh";
  }

  /** Forgets the numbers that fall out of the window when `sequence` is newer than all before. */
  #moveTo(sequence: number): void {
    if (sequence <= this.#newest) return;
    if (sequence - this.#newest >= windowRecords) this.#seen.fill(0);
    else for (let passed = this.#newest + 1; passed <= sequence; passed++) this.#clear(passed % windowRecords);
    this.#newest = sequence;
  }

  #clear(slot: number): void {
    this.#seen[slot >>> 5] = (this.#seen[slot >>> 5] ?? 0) & ~(1 << (slot & 31));
  }
}
