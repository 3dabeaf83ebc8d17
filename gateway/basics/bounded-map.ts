// A map of names that come from outside, or of anything else without an end of its own. Invariant: it never holds more
// than `maxEntries`. The entry that was set longest ago leaves first, and `set` returns its value: whoever accounts for
// it counts it there.

export class BoundedMap<Key, Value> {
  readonly #maxEntries: number;
  /** The entry that was set last stands last. */
  readonly #entries = new Map<Key, Value>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  /** The entry becomes the newest, whether it was there or not. The oldest value, when it had to leave for it. */
  set(key: Key, value: Value): Value | undefined {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return this.#entries.size > this.#maxEntries ? this.shift() : undefined;
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key);
  }

  /** The oldest value, which leaves. */
  shift(): Value | undefined {
    for (const [key, value] of this.#entries) {
      this.#entries.delete(key);
      return value;
    }
    return undefined;
  }

  /** The oldest first. */
  values(): IterableIterator<Value> {
    return this.#entries.values();
  }

  clear(): void {
    this.#entries.clear();
  }
}
