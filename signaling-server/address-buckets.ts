// A rate for each address of the other end. Bounded: of more addresses than fit, the one longest silent is forgotten,
// and begins with a full bucket should it return.
import { TokenBucket } from "../gateway/basics/token-bucket.ts";
import { addressGroup } from "./addresses.ts";
import { maxTrackedAddresses } from "./limits.ts";

export interface Rate {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

export class AddressBuckets {
  readonly #rate: Rate;
  readonly #now: () => number;
  /** In the order of last use. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(rate: Rate, now: () => number) {
    this.#rate = rate;
    this.#now = now;
  }

  take(address: string, count = 1): boolean {
    const group = addressGroup(address);
    const bucket = this.#buckets.get(group) ?? new TokenBucket({ ...this.#rate, now: this.#now });
    this.#buckets.delete(group);
    this.#buckets.set(group, bucket);
    if (this.#buckets.size > maxTrackedAddresses) {
      const [longestSilent] = this.#buckets.keys();
      if (longestSilent !== undefined) this.#buckets.delete(longestSilent);
    }
    return bucket.take(count);
  }
}
