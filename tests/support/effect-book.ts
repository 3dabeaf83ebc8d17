// What a room's bands were made to do, by books that are not the product's: which gesture moved which band, how often,
// and how old it was then, and whether samples came in order. The gateway's event after every write names the gesture
// that caused it; what the bands themselves count is put beside.
import type { Peer } from "../../gateway/peers/peer.ts";
import { effectLifetimeMs, type GatewayRecord } from "../../gateway/wire/record.ts";

/** Gestures whose beginning and end are remembered: many more than are on their way at any time. */
const maxRemembered = 20_000;

/** A band has moved, because of a gesture. */
export interface Effect {
  /** The session whose band it is. */
  readonly at: string;
  /** The session that made the gesture. */
  readonly by: string;
  readonly sequence: number;
  readonly atMs: number;
  /** By how much `at` may be wrong about the clock of `by`. */
  readonly clockBoundMs: number;
}

export class EffectBook {
  /** Writes whose gesture is known. */
  felt = 0;
  /** Gestures that moved the same band more than once. */
  twice = 0;
  /** The greatest age at which a gesture moved a band, beyond its lifetime and what is known of the clocks. */
  latestMs = Number.NEGATIVE_INFINITY;
  disordered = 0;
  readonly #madeAtMs = new Map<string, number>();
  readonly #caused = new Set<string>();
  /** By the page that received them, so that they go with it. */
  readonly #lastSamples = new WeakMap<object, Map<string, number>>();

  /** Call it before the gesture is sent: in memory all may be over when sending returns. */
  made(sessionId: string, sequence: number, atMs: number): void {
    this.#madeAtMs.set(`${sessionId}/${sequence}`, atMs);
    forgetOldest(this.#madeAtMs);
  }

  wrote({ at, by, sequence, atMs, clockBoundMs }: Effect): void {
    this.felt++;
    const gesture = `${by}/${sequence}`;
    const madeAtMs = this.#madeAtMs.get(gesture);
    if (madeAtMs === undefined) throw new Error(`nobody has made the gesture ${gesture}`);
    this.latestMs = Math.max(this.latestMs, atMs - madeAtMs - effectLifetimeMs - clockBoundMs);
    const effect = `${at}<${gesture}`;
    if (this.#caused.has(effect)) this.twice++;
    this.#caused.add(effect);
    forgetOldest(this.#caused);
  }

  sample(page: object, { gatewayId, epoch }: Peer, { probe, kind, sequence }: GatewayRecord): void {
    const last = this.#lastSamples.get(page) ?? new Map<string, number>();
    this.#lastSamples.set(page, last);
    const key = `${gatewayId}/${epoch}/${probe}/${kind}`;
    if (sequence <= (last.get(key) ?? -1)) this.disordered++;
    last.set(key, sequence);
  }
}

const forgetOldest = (remembered: Map<string, number> | Set<string>): void => {
  if (remembered.size <= maxRemembered) return;
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    return;
  }
};
