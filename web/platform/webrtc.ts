// What this browser can do of WebRTC, tried out rather than asked: some have none, some have it switched off, and all
// throw on ICE servers that they do not know.

/** False where no room can be entered: nobody could be reached. */
export const hasWebRtc = (): boolean => typeof RTCPeerConnection === "function" && canConnectWith([]);

export const canConnectWith = (iceServers: readonly RTCIceServer[]): boolean => {
  try {
    const connection = new RTCPeerConnection({ iceServers: [...iceServers] });
    connection.close();
    return "createDataChannel" in connection;
  } catch {
    return false;
  }
};
