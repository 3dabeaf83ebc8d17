// A rate limit that allows bursts: tokens flow in evenly up to the capacity, and everything that passes takes some out.
import type { Now } from "./runtime.ts";

export interface TokenBucketOptions {
  /** The largest burst; the bucket starts full. */
  readonly capacity: number;
  readonly refillPerSecond: number;
  readonly now: Now;
}

export class TokenBucket {
  readonly #options: TokenBucketOptions;
  #tokens: number;
  #filledAtMs: number;

  constructor(options: TokenBucketOptions) {
    this.#options = options;
    this.#tokens = options.capacity;
    this.#filledAtMs = options.now();
  }

  /** Takes `count` tokens, or none when there are fewer. */
  take(count = 1): boolean {
    if (count === 0) return true;
    const { capacity, refillPerSecond, now } = this.#options;
    const nowMs = now();
    this.#tokens = Math.min(capacity, this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * refillPerSecond);
    this.#filledAtMs = nowMs;
    if (this.#tokens < count) return false;
    this.#tokens -= count;
    return true;
  }
}
