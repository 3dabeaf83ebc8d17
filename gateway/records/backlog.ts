// What waits for a peer whose channel takes no more, until the channel has drained. Bounded, whatever the peer does: of
// samples and status only the newest of each probe and kind is kept, records with an effect in their order, and every
// drop is counted.

import { BoundedMap } from "../basics/bounded-map.ts";
import { type GatewayRecord, hasEffect, probeKindKey } from "../wire/record.ts";
import type { Ledger } from "./ledger.ts";

/** Far more gestures and buzzes than the probes of one gateway make in the second after which they expire. */
export const maxBacklogEffects = 64;
/** Four kinds of sample for each of sixteen probes. */
export const maxBacklogSamples = 64;

export class Backlog {
  readonly #ledger: Ledger;
  #effects: GatewayRecord[] = [];
  /** By probe and kind, in the order in which they came. */
  readonly #newest = new BoundedMap<number, GatewayRecord>(maxBacklogSamples);

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  add(record: GatewayRecord): void {
    if (hasEffect(record.kind)) this.#addEffect(record);
    else this.#replace(record);
  }

  /** Takes everything out: what has an effect first. */
  take(): readonly GatewayRecord[] {
    const records = [...this.#effects, ...this.#newest.values()];
    this.#effects = [];
    this.#newest.clear();
    return records;
  }

  #addEffect(record: GatewayRecord): void {
    this.#effects.push(record);
    if (this.#effects.length <= maxBacklogEffects) return;
    this.#effects.shift();
    this.#ledger.countDroppedBeforeSend("backlog-full", 1);
  }

  #replace(record: GatewayRecord): void {
    const key = probeKindKey(record);
    if (this.#newest.delete(key)) this.#ledger.countDroppedBeforeSend("superseded", 1);
    const oldest = this.#newest.set(key, record);
    if (oldest !== undefined) this.#ledger.countDroppedBeforeSend("backlog-full", 1);
  }
}
