// The newest epoch that each gateway has proven (docs/protocol.md §2.1), so that an older session of the same key is
// turned away. Only proven epochs are entered. Bounded, because a member can make any number of identities.
import { BoundedMap } from "../basics/bounded-map.ts";

/** Enough for a room of 128 in which every member has changed its identity several times. */
export const maxKnownGateways = 1024;

export class EpochBook {
  /** The gateway whose last proof is longest ago is forgotten first. */
  readonly #newest = new BoundedMap<string, number>(maxKnownGateways);

  /** Enters a proven epoch. False when a newer one of the same gateway is known: nothing is entered. */
  prove(gatewayId: string, epoch: number): boolean {
    const newest = this.#newest.get(gatewayId);
    if (newest !== undefined && epoch < newest) return false;
    this.#newest.set(gatewayId, epoch);
    return true;
  }

  newest(gatewayId: string): number | undefined {
    return this.#newest.get(gatewayId);
  }
}
