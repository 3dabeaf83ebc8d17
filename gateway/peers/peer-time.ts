// Time between this gateway and one peer over one channel: pings and pongs, the delay that is shown, and when the
// peer's records are too late. Neighbours: peer-clock.ts estimates the offset, demux.ts asks the gate. Invariant:
// without an estimate nothing is in time.

import type { Now } from "../basics/runtime.ts";
import type { Ping, Pong } from "../wire/frame-types.ts";
import { effectLifetimeMs, type GatewayRecord } from "../wire/record.ts";
import { type ClockEstimate, PeerClock } from "./peer-clock.ts";
import type { PeerObserver } from "./peer-observer.ts";

export interface Delay {
  /** From the peer to here. */
  readonly oneWayMs: number;
  /** The true delay is within `oneWayMs` ± `boundMs`. */
  readonly boundMs: number;
}

export class PeerTime {
  readonly #now: Now;
  readonly #observer: PeerObserver | undefined;
  readonly #clock: PeerClock;
  #delay: Delay | undefined;

  constructor(now: Now, observer?: PeerObserver) {
    this.#now = now;
    this.#observer = observer;
    this.#clock = new PeerClock({ now, observer });
  }

  estimate(nowMs?: number): ClockEstimate | undefined {
    return this.#clock.estimate(nowMs);
  }

  /** Of the peer's last ping that could be judged; undefined until the clocks have been compared. */
  get delay(): Delay | undefined {
    const estimate = this.#clock.estimate();
    return this.#delay ?? (estimate && { oneWayMs: estimate.rttMs / 2, boundMs: estimate.boundMs });
  }

  ping(): Pick<Ping, "id" | "t1Us"> {
    return this.#clock.ping();
  }

  /**
   * A ping has come. "doubted": it contradicts what was known of the peer's clock, or nearly, and nothing is in time
   * until it is known afresh.
   */
  pinged({ t1Us }: Pick<Ping, "t1Us">): "plausible" | "doubted" {
    const verdict = this.#clock.judge(t1Us);
    if (verdict === "impossible") {
      this.#observer?.onClockStep();
      this.distrust();
    } else if (verdict === "slow") {
      this.#clock.doubt();
      this.#delay = undefined;
    }
    const estimate = this.#clock.estimate();
    this.#observer?.onPing(t1Us, this.#now(), estimate);
    const leftAtMs = this.#clock.toLocalMs(t1Us);
    if (estimate !== undefined && leftAtMs !== undefined) {
      this.#delay = { oneWayMs: Math.max(0, this.#now() - leftAtMs), boundMs: estimate.boundMs };
    }
    return verdict === "plausible" ? "plausible" : "doubted";
  }

  ponged(pong: Pick<Pong, "id" | "t2Us" | "t3Us">): ReturnType<PeerClock["pong"]> {
    return this.#clock.pong(pong);
  }

  /** Nothing is in time until the clocks have been compared afresh. */
  distrust(): void {
    this.#clock.invalidate();
    this.#delay = undefined;
  }

  /** When a record's effect is too late, on this gateway's clock; undefined while the clocks have not been compared. */
  deadlineMs({ timeUs, lifetimeMs }: GatewayRecord, nowMs: number): number | undefined {
    const localMs = this.#clock.toLocalMs(timeUs);
    if (localMs === undefined) return undefined;
    // A record that is dated into the future, or has a long lifetime, does not act later than any other.
    const bornMs = Math.min(localMs, nowMs);
    return bornMs + (lifetimeMs === 0 ? effectLifetimeMs : Math.min(lifetimeMs, effectLifetimeMs));
  }

  gate(record: GatewayRecord, nowMs: number): "in-time" | "late" | "unknown" {
    const deadlineMs = this.deadlineMs(record, nowMs);
    if (deadlineMs === undefined) return "unknown";
    return nowMs <= deadlineMs ? "in-time" : "late";
  }
}
