// When my probes' gestures came in, until the peers have said that a band has moved for them. Bounded: the oldest is
// forgotten.
import { BoundedMap } from "../basics/bounded-map.ts";
import { type GatewayRecord, hasEffect } from "../wire/record.ts";

/**
 * Sixteen probes, two gestures a second each, for the eight seconds that a write over Bluetooth may take at the very
 * worst.
 */
const maxSentEffects = 256;

export class SentEffects {
  readonly #madeAtMs = new BoundedMap<string, number>(maxSentEffects);

  /** A record that leaves; more than once, when peers want different samples beside it. */
  sent({ probe, kind, sequence, timeUs }: GatewayRecord): void {
    if (!hasEffect(kind)) return;
    this.#madeAtMs.set(nameOf(probe, sequence), timeUs / 1000);
  }

  /** On my clock. */
  madeAtMs(probe: number, sequence: number): number | undefined {
    return this.#madeAtMs.get(nameOf(probe, sequence));
  }
}

const nameOf = (probe: number, sequence: number): string => `${probe}/${sequence}`;
