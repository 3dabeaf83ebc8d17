// Which gateways were disconnected for exceeding their limits, and until when they are not admitted again. Meanwhile
// what they may cost fills up again (allowance-book.ts); without the wait a flood would cost them no more than a
// handshake. By gateway id, whatever the epoch; bounded, because an attacker can make identities for free.

import { BoundedMap } from "../basics/bounded-map.ts";
import type { Now } from "../basics/runtime.ts";
import { maxKnownGateways } from "./epoch-book.ts";

/** Long against the second that a flood takes to exceed its limits, short for a page that had only fallen behind. */
export const firstPenaltyMs = 5_000;
/** Doubled each time, up to this: a gateway that goes on is then admitted for a moment every two minutes. */
export const longestPenaltyMs = 120_000;
/** As long as a peer that is gone is remembered (peer-book.ts). */
export const forgetPenaltyAfterMs = 10 * 60_000;
export const maxPenalties = maxKnownGateways;

interface Penalty {
  readonly count: number;
  readonly untilMs: number;
}

export class PenaltyBook {
  readonly #now: Now;
  /** By gateway id; the one that was disconnected longest ago is forgotten first. */
  readonly #penalties = new BoundedMap<string, Penalty>(maxPenalties);

  constructor(now: Now) {
    this.#now = now;
  }

  /** It has been disconnected once more. Returns until when it is kept out. */
  add(gatewayId: string): number {
    const nowMs = this.#now();
    const before = this.#penalties.get(gatewayId);
    const isForgotten = before === undefined || nowMs - before.untilMs >= forgetPenaltyAfterMs;
    const count = isForgotten ? 1 : before.count + 1;
    const untilMs = nowMs + Math.min(firstPenaltyMs * 2 ** (count - 1), longestPenaltyMs);
    this.#penalties.set(gatewayId, { count, untilMs });
    return untilMs;
  }

  isServing(gatewayId: string): boolean {
    const penalty = this.#penalties.get(gatewayId);
    return penalty !== undefined && this.#now() < penalty.untilMs;
  }
}
