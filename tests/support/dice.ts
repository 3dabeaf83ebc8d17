// What a simulation decides by chance, the same for the same seed.
import { seededRandom } from "./random.ts";

export class Dice {
  readonly #unit: () => number;

  constructor(seed: number) {
    this.#unit = seededRandom(seed);
  }

  between(low: number, high: number): number {
    return low + this.#unit() * (high - low);
  }

  chance(probability: number): boolean {
    return this.#unit() < probability;
  }

  /** One element of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    const picked = list[Math.floor(this.#unit() * list.length)];
    if (picked === undefined) throw new Error("nothing to pick from");
    return picked;
  }
}
