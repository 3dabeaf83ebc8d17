// A limit on what all peers may use together, shared fairly: within the window, each peer may have used as much as is
// left for everybody. So a single peer gets half of the total. N peers that want more get an (N+1)th each, and one more
// such part stays free for peers that use less. (This is the rule of dynamic queue thresholds: A. K. Choudhury, E. L.
// Hahne, "Dynamic queue length thresholds for shared-memory packet switches", 1998.) Invariant: a peer that uses less
// than its guaranteed part is never refused, whatever the others do.
import type { Now } from "../basics/runtime.ts";

/** As many peers as a gateway has places for (peer-book.ts). */
const maxSharers = 64;

export interface FairTotalOptions {
  readonly perSecond: number;
  /** What was used fades with this time constant. A longer one lets larger bursts pass, and stops a flood later. */
  readonly windowMs: number;
  readonly now: Now;
}

/** One peer's part. */
export interface Share {
  /** False, and nothing is used, where the peer has used too much for what is left. */
  take(count?: number): boolean;
}

export class FairTotal {
  readonly #options: FairTotalOptions;
  readonly #used: RecentUse;
  readonly #capacity: number;
  /** 64 such parts are half of the total. If every peer uses up its own, what is used exceeds the total by half. */
  readonly #guaranteed: number;

  constructor(options: FairTotalOptions) {
    this.#options = options;
    this.#used = new RecentUse(options);
    this.#capacity = (options.perSecond * options.windowMs) / 1000;
    this.#guaranteed = this.#capacity / 2 / maxSharers;
  }

  /** For one more peer. */
  share(): Share {
    const own = new RecentUse(this.#options);
    return {
      take: (count = 1) => {
        if (count === 0) return true;
        const nowMs = this.#options.now();
        const free = this.#capacity - this.#used.amount(nowMs);
        if (own.amount(nowMs) + count > Math.max(this.#guaranteed, free)) return false;
        own.add(count);
        this.#used.add(count);
        return true;
      },
    };
  }
}

/** For a peer that is alone, with its own limits. */
export const unshared: Share = { take: () => true };

/** What was used lately. It fades evenly, so that no single use has to be remembered. */
class RecentUse {
  readonly #windowMs: number;
  #amount = 0;
  #atMs: number;

  constructor({ windowMs, now }: FairTotalOptions) {
    this.#windowMs = windowMs;
    this.#atMs = now();
  }

  amount(nowMs: number): number {
    if (nowMs !== this.#atMs) this.#amount *= Math.exp((this.#atMs - nowMs) / this.#windowMs);
    this.#atMs = nowMs;
    return this.#amount;
  }

  /** At the moment for which the amount was asked last. */
  add(count: number): void {
    this.#amount += count;
  }
}
