// A rate for each address of the other end. Bounded: of more addresses than fit, the one that was silent longest is forgotten,
// and begins with a full bucket should it return.
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
