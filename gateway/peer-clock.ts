// The offset between this clock and a peer's, by four-timestamp exchanges (docs/protocol.md §2.6; Mills, RFC 5905 §8).
// Invariant: however asymmetric the way and however the clocks drift, the true offset lies within the bound that is stated.
import type { Now } from "./runtime.ts";

/** A phone's oscillator is within ±100 ppm; two of them part by at most twice that. */
export const maxDrift = 200e-6;
/** `performance.now()` is coarsened to 100 µs, and each side of the interval is made of two readings. */
export const clockGrainMs = 0.2;
/** At one ping every 4–10 s: over a minute, in which drift adds more to a bound than a better exchange could save. */
const maxExchanges = 16;
/** A peer that sleeps answers none; the ping before the last ones says nothing useful any more. */
const maxPingsInFlight = 8;
/** A ping that arrives this long after it left, by the estimate, comes from a clock that stood still: longer than an effect lives. */
const contradictionMs = 1_000;

export interface ClockEstimate {
  /** The peer's clock minus mine. */
  readonly offsetMs: number;
  /** The true offset is within `offsetMs` ± `boundMs`. */
  readonly boundMs: number;
  /** Of the exchange that the estimate rests on. */
  readonly rttMs: number;
}

/** What one exchange proves: between its two ends the offset lay between these. */
interface Exchange {
  readonly leftAtMs: number;
  readonly lowestMs: number;
  readonly highestMs: number;
  readonly rttMs: number;
}

export class PeerClock {
  readonly #now: Now;
  readonly #pings = new Map<number, number>();
  #exchanges: Exchange[] = [];
  #lastId = 0;

  constructor({ now }: { readonly now: Now }) {
    this.#now = now;
  }

  /** A ping that leaves now. */
  ping(): { readonly id: number; readonly t1Us: number } {
    const leftAtMs = this.#now();
    const id = ++this.#lastId;
    this.#pings.set(id, leftAtMs);
    this.#pings.delete(id - maxPingsInFlight);
    return { id, t1Us: Math.round(leftAtMs * 1000) };
  }

  /** A pong that arrives now. "unknown": answers no ping that counts; "implausible": no clock can have read that. */
  pong({
    id,
    t2Us,
    t3Us,
  }: {
    readonly id: number;
    readonly t2Us: number;
    readonly t3Us: number;
  }): "accepted" | "unknown" | "implausible" {
    const arrivedAtMs = this.#now();
    const leftAtMs = this.#pings.get(id);
    if (leftAtMs === undefined) return "unknown";
    this.#pings.delete(id);
    const heldMs = (t3Us - t2Us) / 1000;
    const awayMs = arrivedAtMs - leftAtMs;
    const rttMs = awayMs - heldMs;
    if (heldMs < 0 || rttMs < -2 * clockGrainMs - awayMs * maxDrift) return "implausible";
    const exchange: Exchange = {
      leftAtMs,
      lowestMs: t3Us / 1000 - arrivedAtMs - clockGrainMs,
      highestMs: t2Us / 1000 - leftAtMs + clockGrainMs,
      rttMs: Math.max(0, rttMs),
    };
    // An earlier exchange that cannot be true together with this one is from before a clock jumped or stood still.
    const compatible = this.#exchanges.filter((earlier) => overlap(earlier, exchange, arrivedAtMs));
    this.#exchanges = [...compatible, exchange].slice(-maxExchanges);
    return "accepted";
  }

  /** From the exchange whose bound, grown with its age, is the smallest; undefined until there is one. */
  estimate(): ClockEstimate | undefined {
    const nowMs = this.#now();
    let best: ClockEstimate | undefined;
    for (const { leftAtMs, lowestMs, highestMs, rttMs } of this.#exchanges) {
      const boundMs = (highestMs - lowestMs) / 2 + (nowMs - leftAtMs) * maxDrift;
      if (best === undefined || boundMs < best.boundMs) best = { offsetMs: (lowestMs + highestMs) / 2, boundMs, rttMs };
    }
    return best;
  }

  /** When it was `peerUs` on the peer's clock, on mine. */
  toLocalMs(peerUs: number): number | undefined {
    const estimate = this.estimate();
    return estimate && peerUs / 1000 - estimate.offsetMs;
  }

  /** Whether a ping that left at `peerUs` and arrives now cannot be, or hardly, by the estimate: the peer's clock has jumped or stood still. */
  contradicts(peerUs: number): boolean {
    const estimate = this.estimate();
    if (estimate === undefined) return false;
    const underwayMs = this.#now() - (peerUs / 1000 - estimate.offsetMs);
    return underwayMs < -estimate.boundMs || underwayMs > contradictionMs + estimate.boundMs;
  }

  /** After a sleep: no estimate until an exchange whose ping leaves after this. */
  invalidate(): void {
    this.#pings.clear();
    this.#exchanges = [];
  }
}

/** Whether one offset can lie in both intervals now, each grown by the drift that is allowed since its ping left. */
const overlap = (a: Exchange, b: Exchange, nowMs: number): boolean => {
  const grownMs = (nowMs - a.leftAtMs + nowMs - b.leftAtMs) * maxDrift;
  return a.lowestMs <= b.highestMs + grownMs && b.lowestMs <= a.highestMs + grownMs;
};
