// What a peer reports to its meter: narrow callbacks, handed in at construction, that change nothing. Without a meter
// nothing is measured and nothing is paid. gateway/statistics/peer-statistics.ts is the meter of the product.

import type { DoneWrite } from "../wire/frame-types.ts";
import type { GatewayRecord } from "../wire/record.ts";
import type { Peer } from "./peer.ts";
import type { ClockEstimate, ClockObserver } from "./peer-clock.ts";

/** Who measures peers. */
export interface PeersObserver {
  /** Once for each peer, before anything else of it. */
  observePeer(peer: Peer): PeerObserver;
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
  onDone(done: DoneWrite, clock: ClockEstimate | undefined): void;
}
