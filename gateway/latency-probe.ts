// Measures the ways to all peers now: pings at a chosen rate for a chosen time, and what their answers show. Neighbours: the panel starts
// it, Gateway.pingPeers sends, Statistics.watchExchanges tells of the answers. The answers improve the clocks as those of any ping do.
import { DelayHistogram } from "./delay-histogram.ts";
import type { Gateway } from "./gateway.ts";
import type { ClockExchange } from "./peer-clock.ts";
import type { Cancel, Now, Schedule } from "./runtime.ts";
import type { Statistics } from "./statistics.ts";
import type { LatencyProbeResult } from "./statistics-types.ts";

/** Within what a peer allows (peer.ts), and enough to show a distribution within seconds. */
export const pingRateRange = { least: 1, most: 20 } as const;
/** Enough for 1200 samples of each peer. */
export const maxLatencyProbeMs = 60_000;
const resultBins = 24;

export interface LatencyProbeOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  readonly gateway: Pick<Gateway, "peers" | "pingPeers">;
  readonly statistics: Pick<Statistics, "watchExchanges">;
  /** Kept within `pingRateRange`. */
  readonly pingsPerSecond: number;
  /** At most `maxLatencyProbeMs`. */
  readonly durationMs: number;
  readonly onEnd: () => void;
}

interface PeerRun {
  pingsSent: number;
  pongsReceived: number;
  readonly roundTrip: DelayHistogram;
  readonly toPeer: DelayHistogram;
  readonly fromPeer: DelayHistogram;
}

export class LatencyProbe {
  readonly #options: LatencyProbeOptions;
  readonly #intervalMs: number;
  readonly #endsAtMs: number;
  readonly #peers = new Map<string, PeerRun>();
  readonly #cancelWatch: Cancel;
  #cancelTimer: Cancel | undefined;

  /** Begins at once. */
  constructor(options: LatencyProbeOptions) {
    this.#options = options;
    const { now, statistics, pingsPerSecond, durationMs } = options;
    this.#intervalMs = 1000 / Math.min(pingRateRange.most, Math.max(pingRateRange.least, pingsPerSecond));
    this.#endsAtMs = now() + Math.min(maxLatencyProbeMs, durationMs);
    this.#cancelWatch = statistics.watchExchanges((gatewayId, exchange) => this.#answered(gatewayId, exchange));
    this.#ping();
  }

  /** Ends it before its time; what has come so far stays. Calling it again does nothing. */
  stop(): void {
    if (this.#cancelTimer === undefined) return;
    this.#cancelTimer();
    this.#end();
  }

  results(): readonly LatencyProbeResult[] {
    return [...this.#peers].map(([gatewayId, run]) => ({
      gatewayId,
      pingsSent: run.pingsSent,
      pongsReceived: run.pongsReceived,
      roundTrip: run.roundTrip.summary(),
      toPeer: run.toPeer.clockedSummary(),
      fromPeer: run.fromPeer.clockedSummary(),
      roundTripBins: run.roundTrip.bins(resultBins),
    }));
  }

  #ping(): void {
    const { now, schedule, gateway } = this.#options;
    if (now() < this.#endsAtMs) {
      for (const peer of gateway.peers) if (peer.channel !== undefined) this.#runOf(peer.gatewayId).pingsSent++;
      gateway.pingPeers();
      this.#cancelTimer = schedule(this.#intervalMs, () => this.#ping());
    } else this.#end();
  }

  #end(): void {
    this.#cancelTimer = undefined;
    this.#cancelWatch();
    this.#options.onEnd();
  }

  #answered(gatewayId: string, { rttMs, toPeerMs, fromPeerMs, boundMs }: ClockExchange): void {
    const run = this.#runOf(gatewayId);
    if (run.pongsReceived === run.pingsSent) return; // The answer to a ping of before: it was not asked for here.
    run.pongsReceived++;
    run.roundTrip.record(rttMs);
    run.toPeer.record(toPeerMs, boundMs);
    run.fromPeer.record(fromPeerMs, boundMs);
  }

  #runOf(gatewayId: string): PeerRun {
    const known = this.#peers.get(gatewayId);
    if (known !== undefined) return known;
    const run: PeerRun = {
      pingsSent: 0,
      pongsReceived: 0,
      roundTrip: new DelayHistogram(),
      toPeer: new DelayHistogram(),
      fromPeer: new DelayHistogram(),
    };
    this.#peers.set(gatewayId, run);
    return run;
  }
}
