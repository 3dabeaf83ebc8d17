// A number of places for what waits, shared by all peers as fair-total.ts shares a rate: a peer may occupy as many as
// are free. Invariant: a peer always gets its guaranteed places, whatever the others do.

/** What a peer gets in any case: two, so that 64 peers exceed the number of places by half at most. */
const guaranteedPlaces = 2;

/** One peer's places. */
export interface Places {
  /** False where no place is left for this peer. */
  take(): boolean;
  /** Gives one back. */
  release(): void;
}

export class FairPlaces {
  readonly #places: number;
  #taken = 0;

  constructor(places: number) {
    this.#places = places;
  }

  /** For one more peer. */
  share(): Places {
    let own = 0;
    return {
      take: () => {
        if (own >= Math.max(guaranteedPlaces, this.#places - this.#taken)) return false;
        own++;
        this.#taken++;
        return true;
      },
      release: () => {
        own--;
        this.#taken--;
      },
    };
  }
}

/** For a peer that is alone, with its own limits. */
export const unsharedPlaces: Places = { take: () => true, release: () => undefined };
