// An RTCPeerConnection that describes, gathers and opens when a test says so, as far as web/mesh/neighbour-opener.ts
// uses it.
import type { NativeConnection } from "../../web/mesh/neighbour-opener.ts";
import { describeSession, FakeConnection, FakePipe, fingerprintLine } from "./fake-rtc.ts";

export class FakeNativeConnection extends FakeConnection implements NativeConnection {
  /** Every connection that was made, oldest first; a test clears it. */
  static readonly made: FakeNativeConnection[] = [];
  /** Whether new ones have all their candidates at once. */
  static isQuick = true;
  static makeError: Error | undefined;

  readonly configuration: RTCConfiguration;
  iceGatheringState: RTCIceGatheringState = "new";
  localDescription: { readonly sdp: string } | null = null;
  readonly remoteDescriptions: RTCSessionDescriptionInit[] = [];
  /** What createDataChannel was asked for. */
  readonly pipes: { readonly label: string; readonly options: unknown; readonly pipe: FakePipe }[] = [];
  ownSdp = describeSession(fingerprintLine("AA")).sdp;
  remoteError: Error | undefined;

  constructor(configuration: RTCConfiguration) {
    super();
    if (FakeNativeConnection.makeError !== undefined) throw FakeNativeConnection.makeError;
    this.configuration = configuration;
    this.connectionState = "new";
    FakeNativeConnection.made.push(this);
  }

  createDataChannel(label: string, options: unknown): FakePipe {
    const pipe = new FakePipe();
    pipe.readyState = "connecting";
    this.pipes.push({ label, options, pipe });
    return pipe;
  }

  async createOffer(): Promise<RTCSessionDescriptionInit> {
    return { type: "offer", sdp: this.ownSdp };
  }

  async createAnswer(): Promise<RTCSessionDescriptionInit> {
    return { type: "answer", sdp: this.ownSdp };
  }

  async setLocalDescription({ sdp = "" }: RTCSessionDescriptionInit): Promise<void> {
    this.localDescription = { sdp };
    if (FakeNativeConnection.isQuick) this.gather();
  }

  async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    if (this.remoteError !== undefined) throw this.remoteError;
    this.remoteDescriptions.push(description);
  }

  gather(): void {
    this.iceGatheringState = "complete";
    this.dispatchEvent(new Event("icegatheringstatechange"));
  }

  /** The data channel that it created is open. */
  open(): void {
    const pipe = this.pipes[0]?.pipe;
    if (pipe === undefined) throw new Error("no data channel was created");
    pipe.readyState = "open";
    pipe.dispatchEvent(new Event("open"));
  }
}
