// Measures the ways to all peers now: pings at a chosen rate for a chosen time, and what their answers show.
// Neighbours: the panel starts it, Peer.ping sends, Statistics.watchExchanges reports the answers. The answers improve
// the clocks as those of any ping do.
// Invariant: what counts as sent and not answered was lost, is later than anybody waits for, or was underway when this
// page slept or a clock was found to have jumped, over which no round trip can be measured; what may still be answered
// does not count yet.
import type { Cancel, Now, Schedule } from "../basics/runtime.ts";
import type { Gateway } from "../gateway.ts";
import type { Peer } from "../peers/peer.ts";
import { type ClockExchange, maxPingsInFlight } from "../peers/peer-clock.ts";
import type { Channel } from "../wire/channel.ts";
import { DelayHistogram } from "./delay-histogram.ts";
import type { Statistics } from "./statistics.ts";
import type { ClockedDelaySummary, DelayBin, DelaySummary } from "./statistics-types.ts";

/** What one run of pings has shown of one peer so far. */
export interface LatencyTestResult {
  readonly gatewayId: string;
  /** Without those that may still be answered. */
  readonly pingsSent: number;
  readonly pongsReceived: number;
  readonly roundTrip: DelaySummary | undefined;
  readonly toPeer: ClockedDelaySummary | undefined;
  readonly fromPeer: ClockedDelaySummary | undefined;
  readonly roundTripBins: readonly DelayBin[];
}

/** Within what a peer allows (peer.ts), and enough to show a distribution within seconds. */
export const pingRateRange = { least: 1, most: 20 } as const;
/** Enough for 1200 samples of each peer. */
export const maxLatencyTestMs = 60_000;
/**
 * After the last ping, and after each answer that comes then: a peer that says nothing for so long has lost what it was
 * asked.
 */
export const graceMs = 2_000;
/** The clock forgets pings above its own bound, which liveness sends some of: on a long way it is pinged less often. */
const maxUnderway = maxPingsInFlight - 8;
/** A ping that was lost must not take the place of others for longer. */
const lostAfterMs = 10_000;
const resultBins = 24;

export interface LatencyTestOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  readonly gateway: Pick<Gateway, "peers">;
  readonly statistics: Pick<Statistics, "watchExchanges">;
  /** Kept within `pingRateRange`. */
  readonly pingsPerSecond: number;
  /** At most `maxLatencyTestMs`. */
  readonly durationMs: number;
  readonly onEnd: () => void;
}

interface PeerRun {
  /** When each ping left that may still be answered, by its id; ids are those of this channel. */
  readonly underway: Map<number, number>;
  channel: Channel | undefined;
  pingsSent: number;
  pongsReceived: number;
  readonly roundTrip: DelayHistogram;
  readonly toPeer: DelayHistogram;
  readonly fromPeer: DelayHistogram;
}

export class LatencyTest {
  readonly #options: LatencyTestOptions;
  readonly #intervalMs: number;
  readonly #endsAtMs: number;
  readonly #peers = new Map<string, PeerRun>();
  readonly #cancelWatch: Cancel;
  #cancelTimer: Cancel | undefined;
  /** When the last ping left or the last answer came, whichever is later. */
  #heardAtMs = 0;
  #isWaiting = false;

  /** Begins at once. */
  constructor(options: LatencyTestOptions) {
    this.#options = options;
    const { now, statistics, pingsPerSecond, durationMs } = options;
    this.#intervalMs = 1000 / Math.min(pingRateRange.most, Math.max(pingRateRange.least, pingsPerSecond));
    this.#endsAtMs = now() + Math.min(maxLatencyTestMs, durationMs);
    this.#cancelWatch = statistics.watchExchanges((gatewayId, exchange) => this.#answered(gatewayId, exchange));
    this.#ping();
  }

  /** Ends it before its time; what has come so far stays. Calling it again does nothing. */
  stop(): void {
    if (this.#cancelTimer === undefined) return;
    this.#cancelTimer();
    // Nobody waits for what is underway: it was not lost.
    for (const run of this.#peers.values()) run.pingsSent -= run.underway.size;
    this.#end();
  }

  results(): readonly LatencyTestResult[] {
    return [...this.#peers].map(([gatewayId, run]) => ({
      gatewayId,
      pingsSent: run.pingsSent - run.underway.size,
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
      for (const peer of gateway.peers) this.#pingPeer(peer);
      this.#cancelTimer = schedule(this.#intervalMs, () => this.#ping());
    } else this.#waitForLast();
  }

  #pingPeer(peer: Peer): void {
    if (peer.channel === undefined) return;
    const nowMs = this.#options.now();
    const run = this.#runOf(peer.gatewayId);
    if (run.channel !== peer.channel) run.underway.clear(); // What was underway went with the channel.
    run.channel = peer.channel;
    for (const [id, leftAtMs] of run.underway) if (nowMs - leftAtMs > lostAfterMs) run.underway.delete(id);
    if (run.underway.size >= maxUnderway) return;
    const id = peer.ping();
    if (id === undefined) return;
    run.underway.set(id, nowMs);
    run.pingsSent++;
    this.#heardAtMs = nowMs;
  }

  #waitForLast(): void {
    const { now, schedule } = this.#options;
    const leftMs = this.#heardAtMs + graceMs - now();
    const isAllKnown = [...this.#peers.values()].every(({ underway }) => underway.size === 0);
    this.#isWaiting = true;
    if (isAllKnown || leftMs <= 0) this.#end();
    else this.#cancelTimer = schedule(leftMs, () => this.#waitForLast());
  }

  #end(): void {
    for (const { underway } of this.#peers.values()) underway.clear();
    this.#cancelTimer = undefined;
    this.#cancelWatch();
    this.#options.onEnd();
  }

  #answered(gatewayId: string, { id, rttMs, ways }: ClockExchange): void {
    const run = this.#peers.get(gatewayId);
    const channel = this.#options.gateway.peers.find((peer) => peer.gatewayId === gatewayId)?.channel;
    // The answer to a ping that was not sent here, or to one on another channel, whose ids begin anew.
    if (run === undefined || run.channel !== channel || !run.underway.delete(id)) return;
    this.#heardAtMs = this.#options.now();
    run.pongsReceived++;
    run.roundTrip.record(rttMs);
    if (ways !== undefined) {
      run.toPeer.record(ways.toPeerMs, ways.boundMs);
      run.fromPeer.record(ways.fromPeerMs, ways.boundMs);
    }
    if (!this.#isWaiting) return;
    this.#cancelTimer?.();
    this.#waitForLast();
  }

  #runOf(gatewayId: string): PeerRun {
    const known = this.#peers.get(gatewayId);
    if (known !== undefined) return known;
    const run: PeerRun = {
      underway: new Map(),
      channel: undefined,
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
