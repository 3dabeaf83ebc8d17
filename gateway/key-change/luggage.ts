// What a gateway takes along when its room moves on to another key: the probes stay connected on their links, with their indexes and the wearer's
// counts, so that neither a band nor a limit begins anew.

import type { PenaltyBook } from "../admission/penalty-book.ts";
import type { MovedProbes } from "../probes/own-probes.ts";

export interface Luggage extends MovedProbes {
  /** Or whoever was let go could have it wiped out by leading the room to another key. */
  readonly penalties: PenaltyBook;
  /** When the room's key was changed, on the gateway's clock. */
  readonly movedAtMs: number;
}
