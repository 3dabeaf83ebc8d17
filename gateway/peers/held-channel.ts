// One admitted channel to a peer, with everything that counts from its opening: clock, liveness, and the versions heard
// and sent on it. Neighbour: peer.ts, which outlives its channels. Invariant: after its end nothing leaves by it; what
// was learned of the clock stays readable.

import type { Now } from "../basics/runtime.ts";
import type { MuxPort } from "../records/mux.ts";
import type { Channel } from "../wire/channel.ts";
import { encodeMessage } from "../wire/encode-message.ts";
import type { GatewayFrame, Interest, Members } from "../wire/frame-types.ts";
import { Liveness } from "./liveness.ts";
import { NewestFrame } from "./newest-frame.ts";
import type { PeerObserver } from "./peer-observer.ts";
import type { Parting } from "./peer-state.ts";
import { PeerTime } from "./peer-time.ts";

export interface HeldChannelOptions {
  readonly channel: Channel;
  readonly now: Now;
  readonly observer: PeerObserver | undefined;
  /** The peer's channel before this one. */
  readonly before: HeldChannel | undefined;
}

export class HeldChannel {
  readonly channel: Channel;
  /** The way out; every message that leaves by it is counted. */
  readonly port: MuxPort;
  readonly time: PeerTime;
  readonly liveness: Liveness;
  /** The server has led to the peer under this session id: a neighbour alone cannot say whose session that is. */
  readonly isSessionVouched: boolean;
  /** Whom the peer says that it holds. */
  readonly members = new NewestFrame<Members>();
  readonly #now: Now;
  readonly #openedAtMs: number;
  #interestHeard = 0;
  #membersSent = 0;
  #parting: Parting | undefined;

  constructor({ channel, now, observer, before }: HeldChannelOptions) {
    this.channel = channel;
    this.port = observer === undefined ? channel : observed(channel, observer);
    this.time = new PeerTime(now, observer);
    this.liveness = new Liveness(now());
    const wasVouched = before?.isSessionVouched === true && before.sessionId === channel.remoteSessionId;
    this.isSessionVouched = channel.signaledBy === "server" || wasVouched;
    this.#now = now;
    this.#openedAtMs = now();
  }

  /** The peer's session, which this channel leads to. */
  get sessionId(): string {
    return this.channel.remoteSessionId;
  }

  /** Since it was opened. */
  get heldMs(): number {
    return this.#now() - this.#openedAtMs;
  }

  get isOpen(): boolean {
    return this.#parting === undefined;
  }

  /** How it ended; undefined while it is open. */
  get parting(): Parting | undefined {
    return this.#parting;
  }

  end(parting: Parting): void {
    this.#parting ??= parting;
  }

  /** In one message; `maxFrames` of them at most. */
  send(...frames: readonly GatewayFrame[]): void {
    if (this.isOpen) this.port.send(encodeMessage(frames));
  }

  sendMembers(sessionIds: readonly string[]): void {
    this.send({ type: "members", version: ++this.#membersSent, sessionIds });
  }

  /** False for a frame that a newer one has overtaken: the channel is unordered. */
  isNewestInterest({ version }: Interest): boolean {
    if (version <= this.#interestHeard) return false;
    this.#interestHeard = version;
    return true;
  }
}

/** The same port, with every message that leaves counted. */
const observed = (port: MuxPort, observer: PeerObserver): MuxPort => ({
  send: (message) => {
    const isTaken = port.send(message);
    if (isTaken) observer.onSent(message.length);
    return isTaken;
  },
  bufferedBytes: () => port.bufferedBytes(),
});
