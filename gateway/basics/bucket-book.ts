// A token bucket for each of several names that come from outside. Invariant: bounded. Beyond that whose name was used longest ago is forgotten, and so
// would begin with a full bucket: where names can be invented, a bucket for all of them together has to stand behind this book.
import { TokenBucket, type TokenBucketOptions } from "./token-bucket.ts";

export interface BucketBookOptions extends TokenBucketOptions {
  readonly maxNames: number;
}

export class BucketBook {
  readonly #options: BucketBookOptions;
  /** The one that was used last stands last. */
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: BucketBookOptions) {
    this.#options = options;
  }

  /** False when that name has no token left. */
  take(name: string): boolean {
    const bucket = this.#buckets.get(name) ?? new TokenBucket(this.#options);
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    for (const oldest of this.#buckets.keys()) {
      if (this.#buckets.size <= this.#options.maxNames) break;
      this.#buckets.delete(oldest);
    }
    return bucket.take();
  }
}
