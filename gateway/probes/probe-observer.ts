// What one of my probes reports to its meter, in the manner of gateway/peers/peer-observer.ts.
// gateway/statistics/probe-statistics.ts is the meter of the product.
import type { DeviceLink, LinkState, WriteOutcome } from "../../firmware-bridge/devices/device-link.ts";

/** Who measures probes. */
export interface ProbesObserver {
  /** Once for each of my probes, before it is opened. */
  observeProbe(link: DeviceLink): ProbeObserver;
}

export interface ProbeObserver {
  onState(state: LinkState): void;
  onMessage(): void;
  onWriteAsked(): void;
  onWriteOver(outcome: WriteOutcome["kind"], tookMs: number): void;
}
