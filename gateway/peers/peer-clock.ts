// The offset between this clock and a peer's, by four-timestamp exchanges (docs/protocol.md §2.6; Mills, RFC 5905 §8).
// Each exchange proves an interval in which the offset lies; what is known is where all of them overlap, each grown by
// the drift since. Invariant: however asymmetric the way and however the clocks drift, the true offset lies within the
// bound that is stated.
import type { Now } from "../basics/runtime.ts";

/** A phone's oscillator is within ±100 ppm; two of them part by at most this. */
export const maxDrift = (100e-6 + 100e-6) / (1 - 100e-6);
/**
 * Each side of the interval is made of two readings of `performance.now()`, each coarsened to 100 µs at most: not so in
 * a Firefox that is not isolated.
 */
export const clockGrainMs = 0.2;
/**
 * Above a second and a half of them at the fastest rate of a latency test. A peer that sleeps answers none, and late
 * answers say little.
 */
export const maxPingsInFlight = 32;
/**
 * A ping that arrives this long after it left, by the estimate, may come from a clock that stood still: longer than an
 * effect lives.
 */
const doubtMs = 1_000;

export interface ClockEstimate {
  /** The peer's clock minus mine. */
  readonly offsetMs: number;
  /** The true offset is within `offsetMs` ± `boundMs`. */
  readonly boundMs: number;
  /** The last exchange that taught more than was known. */
  readonly rttMs: number;
  /** When that held, on my clock; earlier or later the bound is wider by the drift. */
  readonly atMs: number;
}

/** How far the true offset may have been from the estimate when my clock read `localMs`. */
export const boundAt = ({ boundMs, atMs }: ClockEstimate, localMs: number): number =>
  boundMs + Math.abs(atMs - localMs) * maxDrift;

/** One exchange, as its delays are known after it. */
export interface ClockExchange {
  /** Of the ping. */
  readonly id: number;
  readonly rttMs: number;
  /** Undefined: the ping left before the clock was in doubt, and nobody knows what of the round trip was which way. */
  readonly ways: ClockedWays | undefined;
}

/** One way each, within ± `boundMs`. */
export interface ClockedWays {
  readonly toPeerMs: number;
  readonly fromPeerMs: number;
  readonly boundMs: number;
}

export interface ClockObserver {
  /** Of every ping that is answered, whatever it says of the clocks. */
  onRoundTrip(rttMs: number): void;
  /** Of the same, after what they say of the clocks has been learnt. */
  onExchange(exchange: ClockExchange): void;
  /** The peer's clock, or mine against it, jumped or stood still. */
  onClockStep(): void;
  /** It is known, after a time in which it was not; `wentOn`: nothing speaks against its holding for that time too. */
  onClockKnown(clock: ClockEstimate, wentOn: boolean): void;
}

/** "slow": it was long on its way, or a clock stood still; "impossible": a clock has jumped. */
export type PingVerdict = "plausible" | "slow" | "impossible";

/**
 * Why nothing is known: no exchange yet; a ping that is in doubt, and what was known before it; a clock has jumped, or
 * mine has slept.
 */
type Unknown =
  | { readonly kind: "new" }
  | { readonly kind: "doubted"; readonly before: Interval }
  | { readonly kind: "broken" };

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
  /** Counts while nothing is known. */
  #unknown: Unknown = { kind: "new" };
  #lastId = 0;
  /** Pings up to this one left before the doubt: their answers tell of the way, not of the clock. */
  #doubtedId = 0;
  /** The last estimate that was asked for, and what it was made of: all records of one message ask for the same. */
  #lastEstimate: { readonly of: Interval; readonly estimate: ClockEstimate } | undefined;

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
    const plausibleRttMs = Math.max(0, rttMs);
    this.#observer?.onRoundTrip(plausibleRttMs);
    if (id <= this.#doubtedId) {
      this.#observer?.onExchange({ id, rttMs: plausibleRttMs, ways: undefined });
      return "accepted";
    }
    // The peer's clock read at most t2 when the ping left, and at least t3 when the pong arrived.
    const proven: Interval = {
      atMs: arrivedAtMs,
      lowestMs: t3Us / 1000 - arrivedAtMs - clockGrainMs,
      highestMs: t2Us / 1000 - leftAtMs + clockGrainMs + awayMs * maxDrift,
      rttMs: plausibleRttMs,
    };
    this.#learn(proven);
    const ways = this.#waysOf(t2Us / 1000 - leftAtMs, t3Us / 1000 - arrivedAtMs);
    this.#observer?.onExchange({ id, rttMs: plausibleRttMs, ways });
    return "accepted";
  }

  /** Undefined until there has been an exchange. */
  estimate(nowMs = this.#now()): ClockEstimate | undefined {
    const known = this.#known;
    if (known === undefined) return undefined;
    const last = this.#lastEstimate;
    if (last?.of === known && last.estimate.atMs === nowMs) return last.estimate;
    const estimate = estimateOf(grownTo(nowMs, known));
    this.#lastEstimate = { of: known, estimate };
    return estimate;
  }

  /**
   * When it was `peerUs` on the peer's clock, on mine. The drift widens what is known on both sides alike, so the time
   * of asking does not matter.
   */
  toLocalMs(peerUs: number): number | undefined {
    return this.#known && peerUs / 1000 - middleOf(this.#known);
  }

  /** Of a ping that left at `peerUs` and arrives now, by what is known. */
  judge(peerUs: number): PingVerdict {
    const estimate = this.estimate();
    if (estimate === undefined) return "plausible";
    const underwayMs = this.#now() - (peerUs / 1000 - estimate.offsetMs);
    if (underwayMs < -estimate.boundMs) return "impossible";
    return underwayMs > doubtMs + estimate.boundMs ? "slow" : "plausible";
  }

  /** No estimate until an exchange whose ping leaves after this; that tells whether the clock has gone on. */
  doubt(): void {
    if (this.#known === undefined) return;
    this.#unknown = { kind: "doubted", before: this.#known };
    this.#known = undefined;
    this.#doubtedId = this.#lastId;
  }

  /** After a sleep or a jump: no estimate until an exchange whose ping leaves after this. */
  invalidate(): void {
    this.#pings.clear();
    this.#known = undefined;
    this.#unknown = { kind: "broken" };
  }

  #learn(proven: Interval): void {
    const known = this.#knownAt(proven.atMs);
    if (known === undefined) return this.#learnAfresh(proven);
    const both = intersectionOf(known, proven);
    // Two exchanges that contradict each other: a clock has jumped or stood still between them, and the newer one
    // counts.
    if (both === undefined) this.#observer?.onClockStep();
    this.#known = both ?? proven;
  }

  /** What was known before a doubt says whether there was a step; the estimate rests on the fresh exchange alone. */
  #learnAfresh(proven: Interval): void {
    const unknown = this.#unknown;
    const isStep =
      unknown.kind === "doubted" && intersectionOf(grownTo(proven.atMs, unknown.before), proven) === undefined;
    if (isStep) this.#observer?.onClockStep();
    this.#known = proven;
    this.#observer?.onClockKnown(estimateOf(proven), unknown.kind !== "broken" && !isStep);
  }

  #knownAt(nowMs: number): Interval | undefined {
    return this.#known && grownTo(nowMs, this.#known);
  }

  /** Both are the offset plus or minus a way. */
  #waysOf(outMs: number, backMs: number): ClockedWays | undefined {
    const estimate = this.estimate();
    if (estimate === undefined) return undefined;
    const { offsetMs, boundMs } = estimate;
    return { toPeerMs: outMs - offsetMs, fromPeerMs: offsetMs - backMs, boundMs };
  }
}

const middleOf = ({ lowestMs, highestMs }: Interval): number => (lowestMs + highestMs) / 2;

const estimateOf = (known: Interval): ClockEstimate => ({
  offsetMs: middleOf(known),
  boundMs: (known.highestMs - known.lowestMs) / 2,
  rttMs: known.rttMs,
  atMs: known.atMs,
});

/** What is known, with the drift that is possible meanwhile. */
const grownTo = (nowMs: number, known: Interval): Interval => {
  const grownMs = (nowMs - known.atMs) * maxDrift;
  return { ...known, atMs: nowMs, lowestMs: known.lowestMs - grownMs, highestMs: known.highestMs + grownMs };
};

/** Undefined when they do not overlap. */
const intersectionOf = (known: Interval, proven: Interval): Interval | undefined => {
  const lowestMs = Math.max(known.lowestMs, proven.lowestMs);
  const highestMs = Math.min(known.highestMs, proven.highestMs);
  if (lowestMs > highestMs) return undefined;
  const isBetter = proven.highestMs - proven.lowestMs < known.highestMs - known.lowestMs;
  return { atMs: proven.atMs, lowestMs, highestMs, rttMs: isBetter ? proven.rttMs : known.rttMs };
};
