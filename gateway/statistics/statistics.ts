// Measures one gateway as its observer, from before it is made until it is closed, and gives what it has found as plain
// data. What each figure means and how far it may be wrong: docs/statistics.md.

import { capabilities } from "../../firmware-bridge/devices/device-info.ts";
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import type { Cancel, Now } from "../basics/runtime.ts";
import type { Gateway } from "../gateway.ts";
import type { GatewayObserver } from "../gateway-observer.ts";
import type { Peer } from "../peers/peer.ts";
import type { ClockExchange } from "../peers/peer-clock.ts";
import type { PeerObserver } from "../peers/peer-observer.ts";
import type { BandReading } from "../power/battery-figures.ts";
import type { OwnProbe } from "../probes/own-probe.ts";
import type { ProbeObserver } from "../probes/probe-observer.ts";
import type { Ledger } from "../records/ledger.ts";
import type { Flush } from "../records/mux.ts";
import { MuxStatistics } from "./mux-statistics.ts";
import { PathCounts, PathStatistics } from "./path-statistics.ts";
import { PeerStatistics } from "./peer-statistics.ts";
import { ProbeStatistics } from "./probe-statistics.ts";
import { SentEffects } from "./sent-effects.ts";
import type { DelayClass, MeshFigures, StatisticsSnapshot, TransferRates } from "./statistics-types.ts";

export type ExchangeListener = (gatewayId: string, exchange: ClockExchange) => void;

export class Statistics implements GatewayObserver {
  readonly #now: Now;
  readonly #startedAtMs: number;
  readonly #all: PathStatistics;
  readonly #mux: MuxStatistics;
  readonly #sentEffects = new SentEffects();
  /** For as long as the gateway remembers them. */
  readonly #peers = new WeakMap<Peer, PeerStatistics>();
  /** For as long as there is the ledger, which outlives its peer (account-book.ts). */
  readonly #counts = new WeakMap<Ledger, PathCounts>();
  readonly #probes = new WeakMap<DeviceLink, ProbeStatistics>();
  readonly #exchangeListeners = new Set<ExchangeListener>();

  constructor(now: Now) {
    this.#now = now;
    this.#startedAtMs = now();
    this.#all = new PathStatistics(now, new PathCounts());
    this.#mux = new MuxStatistics(now);
  }

  /** Everything that is known now. `gateway` is the one that this has been handed to. */
  snapshot(gateway: Gateway): StatisticsSnapshot {
    const peers = gateway.peers.flatMap((peer) => this.#peers.get(peer) ?? []);
    const atMs = this.#now();
    return {
      atMs,
      elapsedMs: atMs - this.#startedAtMs,
      peers: peers.map((peer) => peer.figures()),
      all: this.#allFigures(gateway, peers),
      probes: gateway.probes.flatMap(
        (probe) => this.#probes.get(probe.link)?.figures(probe, gateway.probeName(probe.index)) ?? [],
      ),
      bands: this.bands(gateway),
    };
  }

  /** What the bands last reported of their batteries, without all the rest. */
  bands(gateway: Gateway): readonly BandReading[] {
    const own = gateway.probes.flatMap(({ index, link, battery, isConnected }) =>
      battery === undefined && (link.info.capabilities & capabilities.batteryOut) === 0
        ? []
        : { id: link.deviceId, wearer: undefined, name: gateway.probeName(index), isConnected, battery },
    );
    return [...own, ...gateway.peers.flatMap((peer) => this.#peers.get(peer)?.bands() ?? [])];
  }

  /**
   * Tells of every answer that the clocks take: to no ping that was underway when this page slept or a clock jumped
   * (peer-clock.ts).
   */
  watchExchanges(listener: ExchangeListener): Cancel {
    this.#exchangeListeners.add(listener);
    return () => void this.#exchangeListeners.delete(listener);
  }

  observePeer(peer: Peer): PeerObserver {
    const known = this.#counts.get(peer.ledger);
    const counts = known ?? new PathCounts();
    this.#counts.set(peer.ledger, counts);
    const statistics = new PeerStatistics({
      now: this.#now,
      peer,
      own: new PathStatistics(this.#now, counts),
      isBack: known !== undefined,
      all: this.#all,
      sentEffects: this.#sentEffects,
      onExchange: (...told) => {
        for (const listener of this.#exchangeListeners) listener(...told);
      },
    });
    this.#peers.set(peer, statistics);
    return statistics;
  }

  observeProbe(link: DeviceLink): ProbeObserver {
    const statistics = new ProbeStatistics(this.#now);
    this.#probes.set(link, statistics);
    return statistics;
  }

  onFlush(flush: Flush): void {
    for (const record of flush.records) this.#sentEffects.sent(record);
    this.#mux.onFlush(flush);
  }

  onBeat(peers: readonly Peer[], probes: readonly OwnProbe[]): void {
    for (const peer of peers) this.#peers.get(peer)?.beat();
    for (const { link } of probes) this.#probes.get(link)?.beat();
  }

  #allFigures(gateway: Gateway, peers: readonly PeerStatistics[]): MeshFigures {
    const traffic = gateway.traffic();
    const totals = { ...this.#all.transfer, recordsIn: traffic.received, recordsOut: traffic.sent };
    const rates = peers.map((peer) => peer.rates()).reduce(addRates, noRates);
    // The streams of several peers have no common jitter: the figure is that of the worst.
    const jitterMs = (delayClass: DelayClass): number | undefined => {
      const known = peers.flatMap((peer) => peer.jitterMs(delayClass) ?? []);
      return known.length === 0 ? undefined : Math.max(...known);
    };
    const mux = { windowMs: gateway.windowMs, ...this.#mux.figures() };
    return { ...this.#all.figures({ totals, rates, jitterMs }), traffic, mux };
  }
}

const noRates: TransferRates = {
  messagesInPerSecond: 0,
  messagesOutPerSecond: 0,
  recordsInPerSecond: 0,
  recordsOutPerSecond: 0,
  bytesInPerSecond: 0,
  bytesOutPerSecond: 0,
};

const addRates = (a: TransferRates, b: TransferRates): TransferRates => ({
  messagesInPerSecond: a.messagesInPerSecond + b.messagesInPerSecond,
  messagesOutPerSecond: a.messagesOutPerSecond + b.messagesOutPerSecond,
  recordsInPerSecond: a.recordsInPerSecond + b.recordsInPerSecond,
  recordsOutPerSecond: a.recordsOutPerSecond + b.recordsOutPerSecond,
  bytesInPerSecond: a.bytesInPerSecond + b.bytesInPerSecond,
  bytesOutPerSecond: a.bytesOutPerSecond + b.bytesOutPerSecond,
});
