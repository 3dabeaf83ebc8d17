// What each gateway may still cost, whatever channel or epoch it comes with: with each anew it would only have to dial again before it reaches a limit.
// Bounded, because identities cost nothing; what many of them may cost together is bounded by the places for peers and for handshakes (peer-book.ts).
// It does not move with the room to another key: between two moves there is time for most of it to be filled again.

import { BoundedMap } from "../basics/bounded-map.ts";
import type { Now } from "../basics/runtime.ts";
import { Allowance } from "./allowance.ts";
import { maxKnownGateways } from "./epoch-book.ts";
import { RecordAllowance } from "./record-allowance.ts";

export interface Allowances {
  readonly messages: Allowance;
  readonly records: RecordAllowance;
}

export class AllowanceBook {
  readonly #now: Now;
  /** By gateway id; the one that came longest ago is forgotten first. */
  readonly #allowances = new BoundedMap<string, Allowances>(maxKnownGateways);

  constructor(now: Now) {
    this.#now = now;
  }

  of(gatewayId: string): Allowances {
    const now = this.#now;
    const known = this.#allowances.get(gatewayId);
    const allowances = known ?? { messages: new Allowance(now), records: new RecordAllowance(now) };
    this.#allowances.set(gatewayId, allowances);
    return allowances;
  }
}
