// What each gateway may still cost, whichever channel or epoch it uses: otherwise it could dial again before it reaches
// a limit. Bounded, because an attacker can make identities for free. What many of them cost together has totals, of
// which each gets a fair share (fair-total.ts). The book does not move with the room to another key: between two moves
// there is time for most of it to fill again.

import { BoundedMap } from "../basics/bounded-map.ts";
import type { Now } from "../basics/runtime.ts";
import { Allowance, unitsOfAll } from "./allowance.ts";
import { maxKnownGateways } from "./epoch-book.ts";
import { FairPlaces } from "./fair-places.ts";
import { FairTotal } from "./fair-total.ts";
import { effectsOfAll, heldAggregatesOfAll, RecordAllowance, recordsOfAll } from "./record-allowance.ts";

export interface Allowances {
  readonly messages: Allowance;
  readonly records: RecordAllowance;
}

export class AllowanceBook {
  readonly #now: Now;
  /** By gateway id; the one that came longest ago is forgotten first. */
  readonly #allowances = new BoundedMap<string, Allowances>(maxKnownGateways);

  readonly #units: FairTotal;
  readonly #records: FairTotal;
  readonly #effects: FairTotal;
  readonly #held = new FairPlaces(heldAggregatesOfAll);

  constructor(now: Now) {
    this.#now = now;
    this.#units = new FairTotal({ ...unitsOfAll, now });
    this.#records = new FairTotal({ ...recordsOfAll, now });
    this.#effects = new FairTotal({ ...effectsOfAll, now });
  }

  of(gatewayId: string): Allowances {
    const allowances = this.#allowances.get(gatewayId) ?? this.#fresh();
    this.#allowances.set(gatewayId, allowances);
    return allowances;
  }
  #fresh(): Allowances {
    const shares = { records: this.#records.share(), effects: this.#effects.share(), held: this.#held.share() };
    return {
      messages: new Allowance(this.#now, this.#units.share()),
      records: new RecordAllowance(this.#now, shares),
    };
  }
}
