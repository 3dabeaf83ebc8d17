// What the demux remembers of each probe of one peer: in which rosters it stands, which of its records have come, and
// how new the newest sample is. Bounded, although probe indexes grow for as long as the peer's page lives.
import { type GatewayRecord, hasEffect } from "../wire/record.ts";
import type { Roster, RosterProbe } from "../wire/roster.ts";
import { SequenceWindow } from "./sequence-window.ts";

/** The sixteen of the present roster, the gateway itself, and former ones whose last records may still be under way. */
export const maxReceivedProbes = 64;

/** The peer's gateway itself; it is in no roster, and always there. */
const gatewayIndex = 0;

export class ReceivedProbe {
  /** As the newest roster that had it describes it; undefined for the gateway itself. */
  info: RosterProbe | undefined;
  /** The version of that roster. */
  lastVersion = 0;
  readonly #sequences = new SequenceWindow();
  /** Sequence of the newest sample or status, by kind. */
  readonly #newest = new Map<number, number>();

  /** A record is fresh at most once; a sample or status is stale when a newer one of its kind has come. */
  judge({ kind, sequence }: GatewayRecord): "fresh" | "duplicate" | "stale" {
    const verdict = this.#sequences.accept(sequence);
    if (verdict === "duplicate") return "duplicate";
    if (verdict === "too-old") return "stale";
    if (hasEffect(kind)) return "fresh"; // Whether it is too late is for its deadline to say.
    if (sequence < (this.#newest.get(kind) ?? 0)) return "stale";
    this.#newest.set(kind, sequence);
    return "fresh";
  }
}

export class ReceivedProbes {
  readonly #gateway = new ReceivedProbe();
  readonly #probes = new Map<number, ReceivedProbe>();

  /** Undefined when there is no such probe in the roster of that version. */
  find(index: number, rosterVersion: number): ReceivedProbe | undefined {
    if (index === gatewayIndex) return this.#gateway;
    const probe = this.#probes.get(index);
    return probe !== undefined && rosterVersion <= probe.lastVersion ? probe : undefined;
  }

  update({ version, probes }: Roster): void {
    for (const info of probes) {
      const probe = this.#probes.get(info.index) ?? new ReceivedProbe();
      this.#probes.set(info.index, probe);
      probe.info = info;
      probe.lastVersion = version;
    }
    for (const [index, probe] of this.#probes) {
      if (this.#probes.size <= maxReceivedProbes) return;
      if (probe.lastVersion < version) this.#probes.delete(index);
    }
  }
}
