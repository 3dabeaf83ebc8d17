// What one peer may cost this gateway in messages, docs/protocol.md §2.9; records are in record-allowance.ts. A peer
// that exceeds it is disconnected.

import type { Now } from "../basics/runtime.ts";
import { TokenBucket } from "../basics/token-bucket.ts";
import { backlogHighWaterBytes } from "../wire/channel.ts";
import type { GatewayFrame } from "../wire/frame-types.ts";
import { type Share, unshared } from "./fair-total.ts";

/**
 * Messages, the frames in them, and the writes that a done frame reports, each counted as one. Sixteen probes at their
 * limits (uplink.ts) make 160 urgent messages a second at the very worst, of one frame each; the burst is what a page
 * that wakes finds waiting.
 */
const maxUnitsPerSecond = 400;
const maxUnitBurst = 2000;
/**
 * Rosters, wishes and hints: each causes more work than reading it, such as another way to share samples out. Sixteen
 * probes that come and go at once, and a person who taps, make some fifty.
 */
const maxNewsPerSecond = 20;
export const maxNewsBurst = 200;
/**
 * Offers and answers of others that it only carries here, docs/protocol.md §2.11, and the messages that contain nothing
 * else. Others decide how many there are, so they use up nothing of its own. An honest peer carries at most 8 a second
 * for 63 others. The burst is what all of them send at first, and what a page finds that wakes after a minute.
 */
const maxCarriedPerSecond = 10;
const maxCarriedBurst = 1000;
/**
 * So much may wait for a peer that goes on asking and does not read the answers: four times what makes the mux wait for
 * it.
 */
const maxUnreadBytes = 4 * backlogHighWaterBytes;

/**
 * Messages and frames of all peers together. Each of 49 honest peers sends some 40 a second. When this page was
 * stalled, each of them may have brought `maxUnitBurst` meanwhile, and all of that passes. 63 peers that each stay just
 * below their own limits reach the total within seconds.
 */
export const unitsOfAll = { perSecond: 6000, windowMs: 20_000 };

export const excessWords = {
  rate: "too many messages",
  crowd: "too many messages, while others send many too",
  news: "too much news",
  unread: "does not read",
} as const;
type Excess = keyof typeof excessWords;

export class Allowance {
  readonly #units: TokenBucket;
  readonly #news: TokenBucket;
  readonly #carried: TokenBucket;
  readonly #ofAll: Share;

  /** @param ofAll its part of `unitsOfAll` */
  constructor(now: Now, ofAll: Share = unshared) {
    this.#units = new TokenBucket({ capacity: maxUnitBurst, refillPerSecond: maxUnitsPerSecond, now });
    this.#news = new TokenBucket({ capacity: maxNewsBurst, refillPerSecond: maxNewsPerSecond, now });
    this.#ofAll = ofAll;
    this.#carried = new TokenBucket({ capacity: maxCarriedBurst, refillPerSecond: maxCarriedPerSecond, now });
  }

  /**
   * Which limit a message with these frames exceeds, sent to the session `ownSessionId` while so many bytes wait for
   * its sender. Undefined: none, and it may be taken.
   */
  exceededBy(frames: readonly GatewayFrame[], ownSessionId: string, unreadBytes: number): Excess | undefined {
    const carried = frames.filter((frame) => isCarried(frame, ownSessionId)).length;
    const isOnlyCarried = carried > 0 && carried === frames.length;
    if (!this.#carried.take(carried)) return "rate";
    const units = isOnlyCarried ? 0 : 1 + frames.reduce((sum, frame) => sum + unitsOf(frame), -carried);
    if (!this.#units.take(units)) return "rate";
    if (!this.#ofAll.take(units)) return "crowd";
    if (!this.#news.take(frames.filter(isNews).length)) return "news";
    return unreadBytes > maxUnreadBytes ? "unread" : undefined;
  }
}

const unitsOf = (frame: GatewayFrame): number => (frame.type === "done" ? frame.writes.length : 1);

const isNews = ({ type }: GatewayFrame): boolean => type === "roster" || type === "interest" || type === "members";

const isCarried = (frame: GatewayFrame, ownSessionId: string): boolean =>
  (frame.type === "neighbourOffer" || frame.type === "neighbourAnswer") && frame.to === ownSessionId;
