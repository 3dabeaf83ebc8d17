// The RTCPeerConnections of a page, so that a test can cut the one that leads to a certain other page: each connection
// has a certificate of its own, and what one page shows as its own is the other's remote one.
import type { RoomPage } from "./room-page.ts";

declare global {
  interface Window {
    peerConnections?: RTCPeerConnection[];
  }
}

/** To be called before the page is opened. */
export const watchPeerConnections = async ({ page }: RoomPage): Promise<void> => {
  await page.addInitScript(() => {
    const made: RTCPeerConnection[] = [];
    window.peerConnections = made;
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        made.push(this);
      }
    };
  });
};

/** Closes the connection that the first page has to the second, as if it had died under it; both were watched. */
export const cutConnection = async (from: RoomPage, to: RoomPage): Promise<void> => {
  const itsOwn = await to.page.evaluate(() =>
    (window.peerConnections ?? [])
      .filter(({ connectionState }) => connectionState === "connected")
      .map(({ currentLocalDescription }) => /^a=fingerprint:.*$/m.exec(currentLocalDescription?.sdp ?? "")?.[0]),
  );
  const closed = await from.page.evaluate((fingerprints) => {
    const leadsThere = (window.peerConnections ?? []).filter(
      ({ connectionState, currentRemoteDescription }) =>
        connectionState === "connected" &&
        fingerprints.includes(/^a=fingerprint:.*$/m.exec(currentRemoteDescription?.sdp ?? "")?.[0]),
    );
    for (const connection of leadsThere) connection.close();
    return leadsThere.length;
  }, itsOwn);
  if (closed !== 1) throw new Error(`${closed} connections lead from ${from.name} to ${to.name}`);
};
