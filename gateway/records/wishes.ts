// Which samples of a peer's probes this gateway wants, and how often: the receiver's side of docs/protocol.md §2.4,
// interest.ts is the sender's.
import type { GatewayFrame } from "../wire/frame-types.ts";
import type { RosterProbe } from "../wire/roster.ts";

export class Wishes {
  readonly #minIntervalsMs = new Map<number, number>();
  #version = 0;

  get isEmpty(): boolean {
    return this.#minIntervalsMs.size === 0;
  }

  has(probe: number): boolean {
    return this.#minIntervalsMs.has(probe);
  }

  /** Samples of that probe at least `minIntervalMs` apart; undefined: no more. */
  set(probe: number, minIntervalMs: number | undefined): void {
    if (minIntervalMs === undefined) this.#minIntervalsMs.delete(probe);
    else this.#minIntervalsMs.set(probe, minIntervalMs);
  }

  /** Forgets the wishes for probes that no longer exist. True when there were any. */
  keepOnly(probes: readonly Pick<RosterProbe, "index">[]): boolean {
    const gone = [...this.#minIntervalsMs.keys()].filter((wanted) => !probes.some(({ index }) => index === wanted));
    for (const probe of gone) this.#minIntervalsMs.delete(probe);
    return gone.length > 0;
  }

  /** All wishes, in a frame that is newer than those before. */
  say(): GatewayFrame {
    const entries = [...this.#minIntervalsMs].map(([probe, minIntervalMs]) => ({ probe, minIntervalMs }));
    return { type: "interest", version: ++this.#version, entries };
  }
}
