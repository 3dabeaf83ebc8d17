// One rate limit for each client address. The number of addresses is bounded: when there are too many, the address that
// was silent longest is forgotten. It starts with a full bucket if it comes back.
import { BucketBook } from "../gateway/basics/bucket-book.ts";
import { addressGroup } from "./addresses.ts";
import { maxTrackedAddresses } from "./limits.ts";

export interface Rate {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

export class AddressBuckets {
  readonly #buckets: BucketBook;

  constructor(rate: Rate, now: () => number) {
    this.#buckets = new BucketBook({ ...rate, maxNames: maxTrackedAddresses, now });
  }

  take(address: string, count = 1): boolean {
    return this.#buckets.take(addressGroup(address), count);
  }
}
