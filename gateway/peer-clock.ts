// The offset between this clock and a peer's, by four-timestamp exchanges (docs/protocol.md §2.6; Mills, RFC 5905 §8).
// Each exchange proves an interval in which the offset lies; what is known is where all of them overlap, each grown by the drift since.
// Invariant: however asymmetric the way and however the clocks drift, the true offset lies within the bound that is stated.
import type { Now } from "./runtime.ts";

/** A phone's oscillator is within ±100 ppm; two of them part by at most this. */
export const maxDrift = (100e-6 + 100e-6) / (1 - 100e-6);
/** `performance.now()` is coarsened to 100 µs, and each side of the interval is made of two readings. */
export const clockGrainMs = 0.2;
/** Above a second and a half of them at the fastest rate of a latency probe. A peer that sleeps answers none, and late answers say little. */
export const maxPingsInFlight = 32;
/** A ping that arrives this long after it left, by the estimate, comes from a clock that stood still: longer than an effect lives. */
const contradictionMs = 1_000;

export interface ClockEstimate {
  /** The peer's clock minus mine. */
  readonly offsetMs: number;
  /** The true offset is within `offsetMs` ± `boundMs`. */
  readonly boundMs: number;
  /** Of the last exchange that the estimate rests on. */
  readonly rttMs: number;
}

/** One exchange, as its delays are known after it. */
export interface ClockExchange {
  /** Of the ping. */
  readonly id: number;
  readonly rttMs: number;
  /** One way each, within ± `boundMs`. */
  readonly toPeerMs: number;
  readonly fromPeerMs: number;
  readonly boundMs: number;
}

export interface ClockObserver {
  onExchange(exchange: ClockExchange): void;
  /** The peer's clock, or mine against it, jumped or stood still. */
  onClockStep(): void;
}

/** At `atMs` the offset lay between the two. */
interface Interval {
  readonly atMs: number;
  readonly lowestMs: number;
  readonly highestMs: number;
  /** Of the last exchange that told more than was known. */
  readonly rttMs: number;
}

export class PeerClock {
  readonly #now: Now;
  readonly #observer: ClockObserver | undefined;
  readonly #pings = new Map<number, number>();
  #known: Interval | undefined;
  #lastId = 0;

  constructor({ now, observer }: { readonly now: Now; readonly observer?: ClockObserver | undefined }) {
    this.#now = now;
    this.#observer = observer;
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
    // The peer's clock read at most t2 when the ping left, and at least t3 when the pong arrived.
    const proven: Interval = {
      atMs: arrivedAtMs,
      lowestMs: t3Us / 1000 - arrivedAtMs - clockGrainMs,
      highestMs: t2Us / 1000 - leftAtMs + clockGrainMs + awayMs * maxDrift,
      rttMs: Math.max(0, rttMs),
    };
    this.#learn(proven);
    this.#tellExchange(id, proven.rttMs, t2Us / 1000 - leftAtMs, t3Us / 1000 - arrivedAtMs);
    return "accepted";
  }

  /** Undefined until there has been an exchange. */
  estimate(): ClockEstimate | undefined {
    const known = this.#knownAt(this.#now());
    return (
      known && {
        offsetMs: (known.lowestMs + known.highestMs) / 2,
        boundMs: (known.highestMs - known.lowestMs) / 2,
        rttMs: known.rttMs,
      }
    );
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
    this.#known = undefined;
  }

  #learn(proven: Interval): void {
    const known = this.#knownAt(proven.atMs);
    const both = known && intersectionOf(known, proven);
    // Two that cannot be true together: a clock has jumped or stood still between them, and the newer one holds.
    if (known !== undefined && both === undefined) this.#observer?.onClockStep();
    this.#known = both ?? proven;
  }

  /** What is known, grown by the drift that is possible meanwhile. */
  #knownAt(nowMs: number): Interval | undefined {
    const known = this.#known;
    if (known === undefined) return undefined;
    const grownMs = (nowMs - known.atMs) * maxDrift;
    return { ...known, atMs: nowMs, lowestMs: known.lowestMs - grownMs, highestMs: known.highestMs + grownMs };
  }

  /** Both are the offset plus or minus a way. */
  #tellExchange(id: number, rttMs: number, outMs: number, backMs: number): void {
    const estimate = this.#observer && this.estimate();
    if (estimate === undefined) return;
    const { offsetMs, boundMs } = estimate;
    this.#observer?.onExchange({ id, rttMs, toPeerMs: outMs - offsetMs, fromPeerMs: offsetMs - backMs, boundMs });
  }
}

/** Undefined when they do not overlap. */
const intersectionOf = (known: Interval, proven: Interval): Interval | undefined => {
  const lowestMs = Math.max(known.lowestMs, proven.lowestMs);
  const highestMs = Math.min(known.highestMs, proven.highestMs);
  if (lowestMs > highestMs) return undefined;
  const isBetter = proven.highestMs - proven.lowestMs < known.highestMs - known.lowestMs;
  return { atMs: proven.atMs, lowestMs, highestMs, rttMs: isBetter ? proven.rttMs : known.rttMs };
};
