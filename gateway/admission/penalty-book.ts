// Who was let go for exceeding its limits, and until when it is not let in again: what it may cost fills up again
// (allowance-book.ts), and a flood would else cost it no more than a handshake. By gateway id, whatever the epoch;
// bounded, because identities cost nothing.

import { BoundedMap } from "../basics/bounded-map.ts";
import type { Now } from "../basics/runtime.ts";
import { maxKnownGateways } from "./epoch-book.ts";

/** Long against the second that a flood takes to exceed its limits, short for a page that had only fallen behind. */
export const firstPenaltyMs = 5_000;
/** Doubled each time, up to this: who goes on is then let in for a moment every two minutes. */
export const longestPenaltyMs = 120_000;
/** As long as who is gone is remembered (peer-book.ts). */
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

  /** It has been let go once more; returns until when it is kept out. */
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
