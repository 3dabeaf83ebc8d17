// What a room's bands were made to do, by books that are not the product's: which gesture moved which band, how often, and how old it was then, and
// whether samples came in order. It reads the `done` that follows every write on the channels, which names the gesture that caused it.
import { decodeMessage } from "../../gateway/decode-message.ts";
import { type Done, doneOutcomes, frameCodes } from "../../gateway/frame-types.ts";
import type { Peer } from "../../gateway/peer.ts";
import { effectLifetimeMs, type GatewayRecord } from "../../gateway/record.ts";

/** Gestures whose beginning and end are remembered: many more than are on their way at any time. */
const maxRemembered = 20_000;

/** A message on its way from one session to another. */
export interface SentMessage {
  readonly from: string;
  readonly to: string;
  readonly atMs: number;
  /** By how much `from` may be wrong about the clock of `to`. */
  readonly clockBoundMs: () => number;
}

export class EffectBook {
  /** Writes that told of their gesture. */
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

  /** To be told before the gesture is sent: in memory all may be over when that returns. */
  made(sessionId: string, sequence: number, atMs: number): void {
    this.#madeAtMs.set(`${sessionId}/${sequence}`, atMs);
    forgetOldest(this.#madeAtMs);
  }

  sent(message: Uint8Array, about: SentMessage): void {
    if (message[1] !== frameCodes.done) return; // A gateway sends it in a message of its own.
    const decoded = decodeMessage(message);
    if ("malformed" in decoded) throw new Error(decoded.malformed);
    for (const frame of decoded.frames) if (frame.type === "done") this.#done(frame, about);
  }

  sample(page: object, { gatewayId, epoch }: Peer, { probe, kind, sequence }: GatewayRecord): void {
    const last = this.#lastSamples.get(page) ?? new Map<string, number>();
    this.#lastSamples.set(page, last);
    const key = `${gatewayId}/${epoch}/${probe}/${kind}`;
    if (sequence <= (last.get(key) ?? -1)) this.disordered++;
    last.set(key, sequence);
  }

  #done({ sequence, outcome }: Done, { from, to, atMs, clockBoundMs }: SentMessage): void {
    if (outcome !== doneOutcomes.written) return;
    this.felt++;
    const gesture = `${to}/${sequence}`;
    const madeAtMs = this.#madeAtMs.get(gesture);
    if (madeAtMs === undefined) throw new Error(`nobody has made the gesture ${gesture}`);
    this.latestMs = Math.max(this.latestMs, atMs - madeAtMs - effectLifetimeMs - clockBoundMs());
    const cause = `${from}<${gesture}`;
    if (this.#caused.has(cause)) this.twice++;
    this.#caused.add(cause);
    forgetOldest(this.#caused);
  }
}

const forgetOldest = (remembered: Map<string, number> | Set<string>): void => {
  if (remembered.size <= maxRemembered) return;
  for (const oldest of remembered.keys()) {
    remembered.delete(oldest);
    return;
  }
};
