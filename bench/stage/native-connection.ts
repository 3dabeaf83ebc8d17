// node-datachannel's RTCPeerConnection, made to behave as a browser's where the difference shows on a busy machine.
// Bench and tests make all native connections from it, through native-webrtc.ts. Invariant: a candidate that comes too
// early waits, and one that comes too late is ignored.
import { RTCPeerConnection } from "node-datachannel/polyfill";

type NativeDataChannel = ReturnType<RTCPeerConnection["createDataChannel"]>;

/** Connections that this process has not closed, even if the other end has ended them. */
const open = new Set<BrowserLikeConnection>();

export class BrowserLikeConnection extends RTCPeerConnection {
  /** Candidates that came before the description to which they belong. */
  readonly #early: RTCIceCandidateInit[] = [];
  /** Data channels that this end has closed, and whose "close" event is still to come. */
  readonly #closing = new Set<NativeDataChannel>();
  #isDescribed = false;
  #isClosed = false;

  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    open.add(this);
    this.addEventListener("connectionstatechange", () => this.#look());
  }

  /** libdatachannel has no such state, and a connection can end without a call of ours. */
  override get signalingState(): RTCSignalingState {
    return this.#isOver ? "closed" : super.signalingState;
  }

  override async setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void> {
    await super.setRemoteDescription(description);
    this.#isDescribed = true;
    for (const candidate of this.#early.splice(0)) await this.addIceCandidate(candidate);
  }

  /** libdatachannel throws when there is no description yet, and when there is no transport any more. */
  override async addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void> {
    if (this.#isOver || !candidate) return;
    if (!this.#isDescribed) return void this.#early.push(candidate);
    try {
      await super.addIceCandidate(candidate);
    } catch (error) {
      if (!this.#isOver) throw error;
    }
  }

  override createDataChannel(label: string, options?: RTCDataChannelInit): NativeDataChannel {
    return this.#holdingClose(super.createDataChannel(label, options));
  }

  override dispatchEvent(event: Event): boolean {
    if ("channel" in event) this.#holdingClose(event.channel as NativeDataChannel);
    return super.dispatchEvent(event);
  }

  override close(): void {
    this.#isClosed = true;
    open.delete(this);
    super.close();
  }

  get #isOver(): boolean {
    return this.#isClosed || this.connectionState === "closed";
  }

  #look(): void {
    if (this.connectionState !== "closed") return;
    for (const channel of [...this.#closing]) {
      this.#closing.delete(channel);
      channel.dispatchEvent(new Event("close"));
    }
  }

  /**
   * When a page closes a data channel, a browser reports "close" only after the other end has answered. libdatachannel
   * reports it at once. A caller that then closes the connection loses what is still on its way, for example a goodbye:
   * beside busy loops in one of three pairs.
   */
  #holdingClose(channel: NativeDataChannel): NativeDataChannel {
    const close = channel.close.bind(channel);
    const dispatch = channel.dispatchEvent.bind(channel);
    channel.close = () => {
      if (!this.#isOver && channel.readyState === "open") this.#closing.add(channel);
      close();
    };
    channel.dispatchEvent = (event) => (event.type === "close" && this.#closing.has(channel) ? true : dispatch(event));
    return channel;
  }
}

/** Closes every connection that this process has left open. */
export const closeConnections = (): void => {
  for (const connection of open) connection.close();
};
