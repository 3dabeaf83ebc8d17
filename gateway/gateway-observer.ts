// What a gateway tells whoever measures it: narrow callbacks, handed in at construction, that change nothing. Where none is handed in, nothing
// is measured and nothing is paid. statistics.ts is the one that measures.
import type { DeviceLink, LinkState, WriteOutcome } from "../firmware-bridge/devices/device-link.ts";
import type { Peer } from "./peers/peer.ts";
import type { ClockEstimate, ClockObserver } from "./peers/peer-clock.ts";
import type { OwnProbe } from "./probes/own-probe.ts";
import type { MuxObserver } from "./records/mux.ts";
import type { Done } from "./wire/frame-types.ts";
import type { GatewayRecord } from "./wire/record.ts";

export interface GatewayObserver extends MuxObserver {
  /** Once for each peer, before anything else of it. */
  observePeer(peer: Peer): PeerObserver;
  /** Once for each of my probes, before it is opened. */
  observeProbe(link: DeviceLink): ProbeObserver;
  /** About once a second. */
  onBeat(peers: readonly Peer[], probes: readonly OwnProbe[]): void;
}

/** `clock` is undefined as long as the peer's clock is not known; `onClockKnown` or `onClosed` ends that. */
export interface PeerObserver extends ClockObserver {
  /** A channel is open: the first, or another after it. */
  onOpened(): void;
  /** That channel has ended; the clock is unknown until it has been compared on another. */
  onClosed(): void;
  onSent(bytes: number): void;
  /** After all has been done that the message asked for. */
  onReceived(bytes: number, processingMs: number): void;
  /** It came for the first time, whether in time or not. */
  onRecord(record: GatewayRecord, arrivedAtMs: number, clock: ClockEstimate | undefined): void;
  onPing(leftAtUs: number, arrivedAtMs: number, clock: ClockEstimate | undefined): void;
  onDone(done: Done, clock: ClockEstimate | undefined): void;
}

export interface ProbeObserver {
  onState(state: LinkState): void;
  onMessage(): void;
  onWriteAsked(): void;
  onWriteOver(outcome: WriteOutcome["kind"], tookMs: number): void;
}
