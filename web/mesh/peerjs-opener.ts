// Opens channels with PeerJS and the server: dials, and accepts the dials of others in the room. PeerJS does the
// signaling and ICE. Once a connection is open, its data channel is used directly, because PeerJS buffers without a
// bound and closes a connection when a send throws.

import type { PeerOptions } from "peerjs";
import { toHex } from "../../firmware-bridge/frames/bytes.ts";
import { CauseCounts } from "../../gateway/basics/cause-counts.ts";
import type { Crypto, Now, RandomUnit, Schedule } from "../../gateway/basics/runtime.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { isSameRoom } from "../../gateway/wire/session-id.ts";
import { type Attempt, Attempts, isDialedBy } from "./attempts.ts";
import { DataChannel } from "./data-channel.ts";
import { moreThanOneChannel, watchForMoreChannels } from "./one-channel.ts";
import type { DialFailure, ServerOpener, ServerOpenerListener, ServerState } from "./opener.ts";
import type { ConnectionFace, PeerClass, PeerFace } from "./peerjs-face.ts";
import { ServerContact } from "./server-contact.ts";
import { guardSignaling } from "./signaling-guard.ts";

export interface SignalingAddress {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly secure: boolean;
}

/** @param origin such as `https://mesh.example:8443`; PeerJS needs the port even where a URL leaves it out. */
export const signalingAddress = (origin: string, peerPath: string): SignalingAddress => {
  const { protocol, hostname, port } = new URL(origin);
  const secure = protocol === "https:";
  return { host: hostname, port: port === "" ? (secure ? 443 : 80) : Number(port), path: peerPath, secure };
};

export interface PeerJsOpenerOptions {
  readonly Peer: PeerClass;
  readonly sessionId: string;
  readonly address: SignalingAddress;
  /** None are needed in one local network; PeerJS's own defaults would contact third parties. */
  readonly iceServers: () => readonly RTCIceServer[];
  readonly crypto: Pick<Crypto, "randomBytes" | "sha256">;
  readonly now: Now;
  readonly schedule: Schedule;
  readonly random: RandomUnit;
  readonly listener: ServerOpenerListener;
}

/**
 * Connections that others dialled and that are not open yet: all of a room of fifty may dial at once, and a browser can
 * have 500 in all.
 */
const maxPendingAccepts = 64;
/** One session's dial, and its second try when the first was lost. */
const maxPendingAcceptsPerSession = 2;

export class PeerJsOpener implements ServerOpener {
  readonly #options: PeerJsOpenerOptions;
  /**
   * The session's secret for the server: only a client that has it may take the session's place there (PeerJS would
   * draw it from Math.random). Every Peer of this page uses the same, or a page that comes back would find its own
   * session id reserved.
   */
  readonly #token: string;
  readonly #contact: ServerContact;
  readonly #attempts: Attempts<Attempt>;
  readonly #channels = new Set<Channel>();
  readonly #drops = new CauseCounts<string>();
  #isClosed = false;

  /** @throws Error when PeerJS is not the version that the signaling guard knows. */
  constructor(options: PeerJsOpenerOptions) {
    this.#options = options;
    const { now, schedule, random, listener, crypto } = options;
    this.#token = toHex(crypto.randomBytes(16));
    this.#attempts = new Attempts(schedule);
    this.#contact = new ServerContact({
      createPeer: () => this.#createPeer(),
      onState: (state) => listener.onServerState(state),
      now,
      schedule,
      random,
    });
  }

  get serverState(): ServerState {
    return this.#contact.state;
  }

  get drops(): ReadonlyMap<string, number> {
    return this.#drops.byCause;
  }

  async dial(sessionId: string): Promise<Channel | DialFailure> {
    if (this.#isClosed) return { failed: "closed" };
    const peer = this.#contact.connectedPeer;
    if (peer === undefined) return { failed: "server-away" };
    if (this.#attempts.pending(isDialedBy("us", sessionId)).length > 0) return { failed: "already-dialling" };
    try {
      const connection = peer.connect(sessionId, { serialization: "raw", reliable: false });
      return connection === undefined ? { failed: "server-away" } : await this.#opened(connection, "us");
    } catch {
      return { failed: "not-connected" }; // The browser makes no further RTCPeerConnection.
    }
  }

  doubtServer(): void {
    this.#contact.doubt();
  }

  /** Leaves the server, and gives up all that is being opened. */
  retire(): void {
    this.#isClosed = true;
    this.#contact.close();
    this.#attempts.settle(() => true, { failed: "closed" });
  }

  close(): void {
    this.retire();
    for (const channel of this.#channels) channel.close("leaving");
  }

  #createPeer(): PeerFace {
    const { Peer, sessionId, address, iceServers } = this.#options;
    const options: PeerOptions = {
      ...address,
      // PeerJS reads this object for each connection that it makes. The servers are looked up at that moment, because
      // the server's configuration may have come meanwhile.
      config: {
        get iceServers() {
          return [...iceServers()];
        },
      },
      debug: 0,
      token: this.#token,
    };
    const peer = new Peer(sessionId, options);
    guardSignaling({
      peer,
      onHeard: () => this.#contact.heard(),
      onHeartbeat: () => this.#contact.heardHeartbeat(),
      mayOffer: (from) => this.#mayAccept(from),
      onUnavailable: (absent) => this.#attempts.settle(isDialedBy("us", absent), { failed: "peer-unavailable" }),
      onForged: () => this.#options.listener.onForged(),
      onDrop: (cause) => this.#countDrop(cause),
    });
    peer.on("connection", (connection) => void this.#accept(connection));
    return peer;
  }

  async #accept(connection: ConnectionFace): Promise<void> {
    const outcome = await this.#opened(connection, "them");
    if ("failed" in outcome) this.#countDrop(`accept ${outcome.failed}`);
    else this.#options.listener.onChannel(outcome);
  }

  #mayAccept(sessionId: string): boolean {
    return (
      !this.#isClosed &&
      sessionId !== this.#options.sessionId &&
      isSameRoom(sessionId, this.#options.sessionId) &&
      this.#attempts.pending(isDialedBy("them")).length < maxPendingAccepts &&
      this.#attempts.pending(isDialedBy("them", sessionId)).length < maxPendingAcceptsPerSession
    );
  }

  /** The connection as a channel once it is open; closed when it fails or takes too long. */
  #opened(connection: ConnectionFace, dialedBy: "us" | "them"): Promise<Channel | DialFailure> {
    const attempt = this.#attempts.begin({ sessionId: connection.peer, dialedBy }, () => connection.close());
    const { peerConnection } = connection;
    let channel: DataChannel | undefined;
    connection.on("error", () => attempt.settle({ failed: "not-connected" }));
    // PeerJS looks at ICE alone. When certificates or the transport fail, only this state shows it.
    peerConnection?.addEventListener("connectionstatechange", () => {
      const { connectionState } = peerConnection;
      if (connectionState === "failed" || connectionState === "closed") attempt.settle({ failed: "not-connected" });
    });
    if (peerConnection) {
      watchForMoreChannels(peerConnection, dialedBy, () => {
        this.#countDrop(moreThanOneChannel);
        attempt.settle({ failed: "not-connected" });
        channel?.breakOff(moreThanOneChannel);
      });
    }
    connection.on("open", () => {
      if (!attempt.isPending()) return;
      channel = this.#channelOf(connection, dialedBy);
      attempt.settle(channel ?? { failed: "not-connected" });
    });
    return attempt.outcome;
  }

  /** Called in the task of PeerJS's "open" event, so that no message is missed. */
  #channelOf(connection: ConnectionFace, dialedBy: "us" | "them"): DataChannel | undefined {
    const { dataChannel, peerConnection } = connection;
    if (!dataChannel || !peerConnection) return undefined;
    const { sessionId, crypto, schedule } = this.#options;
    const channel = new DataChannel({
      pipe: dataChannel,
      connection: peerConnection,
      localSessionId: sessionId,
      remoteSessionId: connection.peer,
      dialedBy,
      signaledBy: "server",
      sha256: crypto.sha256,
      schedule,
      onReleased: () => {
        this.#channels.delete(channel);
        connection.close(); // PeerJS forgets it.
      },
    });
    connection.on("close", () => channel.close("connection closed"));
    this.#channels.add(channel);
    return channel;
  }

  #countDrop(cause: string): void {
    this.#drops.count(cause);
  }
}
