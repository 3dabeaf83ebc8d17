// What a gateway reports to its meter, all rooms together: each room defines what it reports, beside what is observed.
// Without a meter nothing is measured and nothing is paid. statistics/statistics.ts is the meter of the product.
import type { Peer } from "./peers/peer.ts";
import type { PeersObserver } from "./peers/peer-observer.ts";
import type { OwnProbe } from "./probes/own-probe.ts";
import type { ProbesObserver } from "./probes/probe-observer.ts";
import type { MuxObserver } from "./records/mux.ts";

export interface GatewayObserver extends MuxObserver, PeersObserver, ProbesObserver {
  /** About once a second. */
  onBeat(peers: readonly Peer[], probes: readonly OwnProbe[]): void;
}
