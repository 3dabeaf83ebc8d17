// How many records one peer may bring, docs/protocol.md §2.9; what else it may cost is in allowance.ts.

import type { Now } from "../basics/runtime.ts";
import { TokenBucket } from "../basics/token-bucket.ts";
import { type GatewayRecord, hasEffect } from "../wire/record.ts";

/** Sixteen probes at the fastest motion rate make 1600 records a second. */
export const maxRecordsPerSecond = 2000;
/** What a channel may hand over at once after a stall: a full backlog of 64 KiB in small records. */
export const maxRecordBurst = 4000;
/**
 * Of these, those that have an effect: each is work for the page and a line in its log. Sixteen probes at their limits (uplink.ts) make 160 a second, and
 * the burst is more than they begin with.
 */
export const maxEffectsPerSecond = 200;
export const maxEffectBurst = 400;
/** Records beyond that. Who exceeds this, too, does not stall: it floods. */
export const maxExcessBurst = 2 * maxRecordBurst;

export class RecordAllowance {
  readonly #records: TokenBucket;
  readonly #effects: TokenBucket;
  readonly #excess: TokenBucket;

  constructor(now: Now) {
    this.#records = new TokenBucket({ capacity: maxRecordBurst, refillPerSecond: maxRecordsPerSecond, now });
    this.#effects = new TokenBucket({ capacity: maxEffectBurst, refillPerSecond: maxEffectsPerSecond, now });
    this.#excess = new TokenBucket({ capacity: maxExcessBurst, refillPerSecond: maxRecordsPerSecond, now });
  }

  /** All of them or none. "flood": none, and whoever goes on like that should be let go. */
  take(records: readonly GatewayRecord[]): "taken" | "too-many" | "flood" {
    const effects = records.filter(({ kind }) => hasEffect(kind)).length;
    if (this.#records.take(records.length) && this.#effects.take(effects)) return "taken";
    return this.#excess.take(records.length) ? "too-many" : "flood";
  }
}
