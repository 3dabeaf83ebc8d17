// Frames that each replace the one before, as lists of members do: the newest is applied, and at most one between two
// ticks, however many come. So what they cost goes by the number of peers, and not by how often a peer repeats itself.

export class NewestFrame<T extends { readonly version: number }> {
  #heardVersion = 0;
  #waiting: T | undefined;
  #isTurnTaken = false;

  /**
   * The frame, where it is to be applied now; undefined where a newer one has come before it, or where it waits for the
   * next tick.
   */
  come(frame: T): T | undefined {
    if (frame.version <= this.#heardVersion) return undefined;
    this.#heardVersion = frame.version;
    if (!this.#isTurnTaken) {
      this.#isTurnTaken = true;
      return frame;
    }
    this.#waiting = frame;
    return undefined;
  }

  /** Called about once a second. Returns what has waited and is to be applied now. */
  tick(): T | undefined {
    const due = this.#waiting;
    this.#waiting = undefined;
    this.#isTurnTaken = due !== undefined;
    return due;
  }
}
