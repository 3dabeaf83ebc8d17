// What a gateway reports to its observer. Each folder defines what its own parts report; this joins them.
// Without an observer nothing is measured, and this costs nothing. The product's observer is statistics/statistics.ts.
import type { Peer } from "./peers/peer.ts";
import type { PeersObserver } from "./peers/peer-observer.ts";
import type { OwnProbe } from "./probes/own-probe.ts";
import type { ProbesObserver } from "./probes/probe-observer.ts";
import type { MuxObserver } from "./records/mux.ts";

export interface GatewayObserver extends MuxObserver, PeersObserver, ProbesObserver {
  /** About once a second. */
  onBeat(peers: readonly Peer[], probes: readonly OwnProbe[]): void;
}
