// How many records one peer may bring, alone and together with all others, docs/protocol.md §2.9; what else it may cost
// is in allowance.ts.

import type { Now } from "../basics/runtime.ts";
import { TokenBucket } from "../basics/token-bucket.ts";
import { type GatewayRecord, hasEffect } from "../wire/record.ts";
import { type Places, unsharedPlaces } from "./fair-places.ts";
import { type Share, unshared } from "./fair-total.ts";

/** Sixteen probes at the fastest motion rate make 1600 records a second. */
export const maxRecordsPerSecond = 2000;
/** What a channel may deliver at once after a stall: a full backlog of 64 KiB in small records. */
export const maxRecordBurst = 4000;
/**
 * Of these, those that have an effect: each is work for the page and a line in its log. Sixteen probes at their limits
 * (uplink.ts) make 160 a second, and the burst is more than they begin with.
 */
export const maxEffectsPerSecond = 200;
export const maxEffectBurst = 400;
/** Records beyond that. A peer that exceeds this, too, was not stalled: it floods. */
export const maxExcessBurst = 2 * maxRecordBurst;

/**
 * Records without an effect of all peers together. Fifty phones with ten probes each, which everybody watches, make
 * 2000 a second. The window is five seconds, so that what waited while this page was stalled passes. That is half a
 * second's work at most.
 */
export const recordsOfAll = { perSecond: 12_000, windowMs: 5_000 };
/**
 * Records with an effect of all peers together, counted if they come in time. Forty peers that each drive ten bands
 * four times a second make 1600. The window is one second, because an effect that waits longer comes late.
 */
export const effectsOfAll = { perSecond: 2400, windowMs: 1_000 };

/**
 * Aggregates of all peers together that wait for a roster. Each keeps a message of up to 16 KiB: 4 MB. An honest peer
 * has one or two, after a packet was lost.
 */
export const heldAggregatesOfAll = 256;

/** One peer's parts of what all may bring together. */
export interface RecordShares {
  readonly records: Share;
  readonly effects: Share;
  readonly held: Places;
}

const alone: RecordShares = { records: unshared, effects: unshared, held: unsharedPlaces };

export class RecordAllowance {
  readonly #records: TokenBucket;
  readonly #effects: TokenBucket;
  readonly #excess: TokenBucket;
  readonly #shares: RecordShares;

  constructor(now: Now, shares: RecordShares = alone) {
    this.#records = new TokenBucket({ capacity: maxRecordBurst, refillPerSecond: maxRecordsPerSecond, now });
    this.#effects = new TokenBucket({ capacity: maxEffectBurst, refillPerSecond: maxEffectsPerSecond, now });
    this.#excess = new TokenBucket({ capacity: maxExcessBurst, refillPerSecond: maxRecordsPerSecond, now });
    this.#shares = shares;
  }

  /** Takes all of them or none. "flood": none, and a peer that goes on like that should be disconnected. */
  take(records: readonly GatewayRecord[]): "taken" | "too-many" | "flood" {
    const effects = records.filter(({ kind }) => hasEffect(kind)).length;
    if (!this.#records.take(records.length) || !this.#effects.take(effects)) {
      return this.#excess.take(records.length) ? "too-many" : "flood";
    }
    return this.#shares.records.take(records.length - effects) ? "taken" : "too-many";
  }

  /**
   * One record that is in time, before it has its effect. Late ones cost nothing, and after a stall of this page all
   * are late.
   */
  takeEffect(): boolean {
    return this.#shares.effects.take();
  }

  /** Places for aggregates that wait. */
  get held(): Places {
    return this.#shares.held;
  }
}
