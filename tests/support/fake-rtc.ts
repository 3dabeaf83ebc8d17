// An RTCDataChannel and an RTCPeerConnection that do what a test says, as far as web/mesh/data-channel.ts uses them.
import type { Connection, DataPipe } from "../../web/mesh/data-channel.ts";

export class FakePipe extends EventTarget implements DataPipe {
  binaryType: BinaryType = "blob";
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  readyState: RTCDataChannelState = "open";
  readonly sent: unknown[] = [];
  sendError: Error | undefined;

  send(message: unknown): void {
    if (this.sendError !== undefined) throw this.sendError;
    this.sent.push(message);
  }

  close(): void {
    this.readyState = "closing";
  }

  /** As the browser does when the closing has come to its end, whichever end began it. */
  end(): void {
    this.readyState = "closed";
    this.dispatchEvent(new Event("close"));
  }

  receive(data: unknown): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }

  fire(type: "bufferedamountlow" | "error"): void {
    this.dispatchEvent(new Event(type));
  }
}

export const fingerprintLine = (byte: string, hash = "sha-256"): string =>
  `a=fingerprint:${hash} ${Array.from({ length: 32 }, () => byte).join(":")}`;

export const describeSession = (...fingerprintLines: readonly string[]): RTCSessionDescription => {
  const sdp = ["v=0", "s=-", ...fingerprintLines, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel", ""].join("\r\n");
  return { type: "offer", sdp, toJSON: () => ({ type: "offer", sdp }) };
};

export class FakeConnection extends EventTarget implements Connection {
  connectionState: RTCPeerConnectionState = "connected";
  currentLocalDescription: RTCSessionDescription | null = describeSession(fingerprintLine("AA"));
  currentRemoteDescription: RTCSessionDescription | null = describeSession(fingerprintLine("bb"));
  sctp: Connection["sctp"] = null;
  closes = 0;

  close(): void {
    this.closes++;
  }

  enter(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }

  /** The other end's data channel arrives, open or about to be. */
  receivePipe(readyState: RTCDataChannelState = "open"): FakePipe {
    const channel = new FakePipe();
    channel.readyState = readyState;
    this.dispatchEvent(Object.assign(new Event("datachannel"), { channel }));
    return channel;
  }
}
