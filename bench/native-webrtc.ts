// WebRTC without a browser: node-datachannel behind the names that browsers have, so that PeerJS and web/mesh run in Node as they are.
// PeerJS reads the names when it is loaded, and may be loaded once per process.
import { createRequire } from "node:module";
import { setSctpSettings } from "node-datachannel";
import { RTCPeerConnection, RTCSessionDescription } from "node-datachannel/polyfill";
import WebSocket from "ws";
import type { PeerClass } from "../web/mesh/peerjs-face.ts";

/** What makes a native phone resemble a browser's; to be set before the first connection. */
export const tuneSctp = (): void =>
  setSctpSettings({
    /** As browsers do; libdatachannel's own 20 ms sends about two packets a message where a browser sends 1.2. */
    delayedSackTime: 200,
    /** `bufferedAmount` does not count what waits in here, a megabyte by default: the backlog of a slow peer would not show. Holds two messages. */
    sendBufferSize: 32 * 1024,
  });

/** While it loads, PeerJS tries out a connection with public STUN servers, and unlike a browser's this one would ask them at once. */
class OfflineConnection extends RTCPeerConnection {
  constructor() {
    super({ iceServers: [] });
  }
}

/** A browser's socket that fails says "error" and then "close"; this one throws when nobody listens to the first, and PeerJS does not. */
class BrowserLikeSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    this.on("error", () => undefined);
  }
}

let loaded: PeerClass | undefined;

export const loadPeerJs = (): PeerClass => {
  if (loaded !== undefined) return loaded;
  tuneSctp();
  Object.assign(globalThis, {
    RTCPeerConnection: OfflineConnection,
    RTCSessionDescription,
    WebSocket: BrowserLikeSocket,
  });
  // Required, because Node takes PeerJS's ES module for CommonJS.
  const { Peer } = createRequire(import.meta.url)("peerjs") as typeof import("peerjs");
  Object.assign(globalThis, { RTCPeerConnection });
  loaded = Peer;
  return Peer;
};
