// What became of the last buzzes that I asked for at one peer: what the verdict judges, because a band that was mended
// hours ago is good now.
// Neighbours: peer-statistics.ts adds them, path-statistics.ts counts them since start. Bounded: the oldest is
// forgotten.

import type { Now } from "../basics/runtime.ts";
import type { DoneOutcome } from "../wire/frame-types.ts";

/**
 * Enough that a burst, of which some are superseded, is no large share; so few that a mended band has soon made up for
 * those that it missed.
 */
export const maxRecentOutcomes = 32;
/** In a quiet room ten gestures may take so long, and fewer say nothing. */
export const recentMs = 3_600_000;

export class RecentOutcomes {
  readonly #now: Now;
  /** Oldest first. */
  readonly #last: { readonly atMs: number; readonly outcome: DoneOutcome }[] = [];

  constructor(now: Now) {
    this.#now = now;
  }

  add(outcome: DoneOutcome): void {
    this.#last.push({ atMs: this.#now(), outcome });
    if (this.#last.length > maxRecentOutcomes) this.#last.shift();
  }

  counts(): Readonly<Record<DoneOutcome, number>> {
    const nowMs = this.#now();
    const counts: Record<DoneOutcome, number> = { written: 0, superseded: 0, expired: 0, failed: 0 };
    for (const { atMs, outcome } of this.#last) if (nowMs - atMs <= recentMs) counts[outcome]++;
    return counts;
  }
}
