// A token bucket for each of several names that come from outside. Invariant: bounded. The bucket whose name was used
// longest ago is forgotten first, and that name begins with a full bucket should it return: where names can be
// invented, a bucket for all of them together has to stand behind this book.
import { BoundedMap } from "./bounded-map.ts";
import { TokenBucket, type TokenBucketOptions } from "./token-bucket.ts";

export interface BucketBookOptions extends TokenBucketOptions {
  readonly maxNames: number;
}

export class BucketBook {
  readonly #options: BucketBookOptions;
  readonly #buckets: BoundedMap<string, TokenBucket>;

  constructor(options: BucketBookOptions) {
    this.#options = options;
    this.#buckets = new BoundedMap(options.maxNames);
  }

  /** False when that name has fewer tokens left. */
  take(name: string, count = 1): boolean {
    const bucket = this.#buckets.get(name) ?? new TokenBucket(this.#options);
    this.#buckets.set(name, bucket);
    return bucket.take(count);
  }
}
