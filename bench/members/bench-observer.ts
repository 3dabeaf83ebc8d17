// What the bench has to know about a gateway beside its events. If wanted, it passes everything on to the product's own
// statistics, because the product's page has them and they cost time.
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import type { GatewayObserver } from "../../gateway/gateway-observer.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import type { PeerObserver } from "../../gateway/peers/peer-observer.ts";
import type { OwnProbe } from "../../gateway/probes/own-probe.ts";
import type { ProbeObserver } from "../../gateway/probes/probe-observer.ts";
import type { Flush } from "../../gateway/records/mux.ts";
import type { GatewayRecord } from "../../gateway/wire/record.ts";

export interface BenchObserverOptions {
  readonly statistics: GatewayObserver | undefined;
  readonly onRecord: (peer: Peer, record: GatewayRecord) => void;
  readonly onFlush: (flush: Flush) => void;
}

const ignore = (): void => undefined;

const silentPeer: PeerObserver = {
  onOpened: ignore,
  onClosed: ignore,
  onSent: ignore,
  onReceived: ignore,
  onRecord: ignore,
  onPing: ignore,
  onDone: ignore,
  onRoundTrip: ignore,
  onExchange: ignore,
  onClockStep: ignore,
  onClockKnown: ignore,
};

const silentProbe: ProbeObserver = { onState: ignore, onMessage: ignore, onWriteAsked: ignore, onWriteOver: ignore };

export class BenchObserver implements GatewayObserver {
  readonly #options: BenchObserverOptions;

  constructor(options: BenchObserverOptions) {
    this.#options = options;
  }

  observePeer(peer: Peer): PeerObserver {
    const behind = this.#options.statistics?.observePeer(peer) ?? silentPeer;
    const { onRecord } = this.#options;
    return {
      onOpened: () => behind.onOpened(),
      onClosed: () => behind.onClosed(),
      onSent: (bytes) => behind.onSent(bytes),
      onReceived: (bytes, processingMs) => behind.onReceived(bytes, processingMs),
      onRecord: (record, arrivedAtMs, clock) => {
        onRecord(peer, record);
        behind.onRecord(record, arrivedAtMs, clock);
      },
      onPing: (leftAtUs, arrivedAtMs, clock) => behind.onPing(leftAtUs, arrivedAtMs, clock),
      onDone: (done, clock) => behind.onDone(done, clock),
      onRoundTrip: (rttMs) => behind.onRoundTrip(rttMs),
      onExchange: (exchange) => behind.onExchange(exchange),
      onClockStep: () => behind.onClockStep(),
      onClockKnown: (clock, wentOn) => behind.onClockKnown(clock, wentOn),
    };
  }

  observeProbe(link: DeviceLink): ProbeObserver {
    return this.#options.statistics?.observeProbe(link) ?? silentProbe;
  }

  onFlush(flush: Flush): void {
    this.#options.onFlush(flush);
    this.#options.statistics?.onFlush(flush);
  }

  onBeat(peers: readonly Peer[], probes: readonly OwnProbe[]): void {
    this.#options.statistics?.onBeat(peers, probes);
  }
}
