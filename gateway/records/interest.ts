// Which samples a peer wants and how often, docs/protocol.md §2.4: the sender's side of it. Peers that want the same
// are served as one.
import type { InterestEntry } from "../wire/frame-types.ts";
import { type GatewayRecord, probeKindKey } from "../wire/record.ts";

/** Means every probe that has no entry of its own. */
const everyProbe = 0;

/** The same for interests that mean the same. Of two entries for one probe the later counts. */
export const interestKey = (entries: readonly InterestEntry[]): string =>
  [...intervalsOf(entries)]
    .sort(([a], [b]) => a - b)
    .map(([probe, minIntervalMs]) => `${probe}:${minIntervalMs}`)
    .join(" ");

const intervalsOf = (entries: readonly InterestEntry[]): Map<number, number> =>
  new Map(entries.map(({ probe, minIntervalMs }) => [probe, minIntervalMs]));

export class SampleFilter {
  readonly #intervalsMs: ReadonlyMap<number, number>;
  /** When the last sample passed, by probe and kind: a light level is no stand-in for a motion. */
  readonly #passedUs = new Map<number, number>();

  constructor(entries: readonly InterestEntry[]) {
    this.#intervalsMs = intervalsOf(entries);
  }

  /** Whether this sample is wanted, and the last that passed is long enough ago; if so it is the last that passed. */
  passes(record: GatewayRecord): boolean {
    const { probe, timeUs } = record;
    const intervalMs = this.#intervalsMs.get(probe) ?? this.#intervalsMs.get(everyProbe);
    if (intervalMs === undefined) return false;
    if (intervalMs === 0) return true;
    const key = probeKindKey(record);
    const passedUs = this.#passedUs.get(key);
    if (passedUs !== undefined && timeUs - passedUs < intervalMs * 1000) return false;
    this.#passedUs.set(key, timeUs);
    return true;
  }

  /** Probes have come or gone: forgets when samples passed, so that nothing is kept of probes that are no more. */
  forget(): void {
    this.#passedUs.clear();
  }
}
