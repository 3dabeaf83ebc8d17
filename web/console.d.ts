// What the page offers in the browser's console: its whole report as plain data, described in docs/report.md. It
// changes nothing and has no secret in it.
import type { GatewayReport } from "../gateway/report.ts";
import type { ServerState } from "../gateway/server-state.ts";

export interface PageReport extends GatewayReport {
  readonly sessionId: string;
  readonly serverState: ServerState;
  readonly slot: number;
  readonly epoch: number;
  /** Attempts of others that were refused before any handshake, by cause. */
  readonly drops: Readonly<Record<string, number>>;
}

declare global {
  interface Window {
    earlMesh?: {
      /** Undefined while the page is in no room. */
      report(): PageReport | undefined;
    };
  }
}
