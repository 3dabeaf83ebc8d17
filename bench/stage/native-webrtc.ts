// WebRTC without a browser: node-datachannel behind the names that browsers have, so that PeerJS and web/mesh run in
// Node as they are. PeerJS reads the names when it is loaded, and may be loaded once per process.
import { createRequire } from "node:module";
import { cleanup, setSctpSettings } from "node-datachannel";
import { RTCSessionDescription } from "node-datachannel/polyfill";
import WebSocket from "ws";
import type { NativeConnectionClass } from "../../web/mesh/neighbour-opener.ts";
import type { PeerClass } from "../../web/mesh/peerjs-face.ts";
import { BrowserLikeConnection, closeConnections } from "./native-connection.ts";

/**
 * While it loads, PeerJS tries out a connection with public STUN servers, and unlike a browser's this one would ask
 * them at once.
 */
class OfflineConnection extends BrowserLikeConnection {
  constructor() {
    super({ iceServers: [] });
  }
}

/**
 * A browser's socket that fails says "error" and then "close"; this one throws when nobody listens to the first, and
 * PeerJS does not.
 */
class BrowserLikeSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    this.on("error", () => undefined);
  }
}

/** Defines the names that browsers have. Call it before the first connection. */
export const installWebRtc = (): void => {
  setSctpSettings({
    /** As in browsers; with its own 20 ms libdatachannel sends about two packets a message, a browser sends 1.2. */
    delayedSackTime: 200,
    /**
     * `bufferedAmount` leaves out what waits in here, a megabyte by default: a slow peer's backlog would not show.
     * It has room for two messages.
     */
    sendBufferSize: 32 * 1024,
  });
  Object.assign(globalThis, {
    RTCPeerConnection: BrowserLikeConnection,
    RTCSessionDescription,
    WebSocket: BrowserLikeSocket,
  });
};

let loaded: PeerClass | undefined;

export const loadPeerJs = (): PeerClass => {
  if (loaded !== undefined) return loaded;
  installWebRtc();
  Object.assign(globalThis, { RTCPeerConnection: OfflineConnection });
  // Required, because Node takes PeerJS's ES module for CommonJS.
  const { Peer } = createRequire(import.meta.url)("peerjs") as typeof import("peerjs");
  Object.assign(globalThis, { RTCPeerConnection: BrowserLikeConnection });
  loaded = Peer;
  return Peer;
};

/**
 * For code that makes connections itself, beside PeerJS. The types are the browser's; some of their members are
 * missing.
 */
export const nativeConnections = (): NativeConnectionClass => BrowserLikeConnection as unknown as NativeConnectionClass;

/**
 * Ends WebRTC in this process for good. If a connection was ended by the other end and never closed here,
 * libdatachannel's own cleanup blocks the process for ten seconds and then throws.
 */
export const endWebRtc = (): void => {
  closeConnections();
  cleanup();
};
