// One gateway in one room, from joining to leaving: the gateway, the mesh that brings it channels, and what passes
// between the two. It is the same on pages and on native phones: everything of the platform is handed in.

import type { RandomUnit } from "../../gateway/basics/runtime.ts";
import { TokenBucket } from "../../gateway/basics/token-bucket.ts";
import { Gateway, type GatewayOptions } from "../../gateway/gateway.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import type { Room } from "../../gateway/wire/room-key.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import { Mesh } from "./mesh.ts";
import { type NativeConnectionClass, RtcNeighbourOpener } from "./neighbour-opener.ts";
import type { ServerState } from "./opener.ts";
import type { PeerClass } from "./peerjs-face.ts";
import { PeerJsOpener, type SignalingAddress } from "./peerjs-opener.ts";

export interface RoomSessionListener {
  onEvent(event: GatewayEvent): void;
  /** The server's state has changed, or the list of sessions that are being dialled. */
  onMeshChange(server: ServerState): void;
}

/**
 * So many forged descriptions are reported at once, and then one a second: each is a line in the log, and a server can
 * send them as fast as it likes.
 */
const maxForgedTold = 8;

export interface RoomSessionOptions
  extends Omit<
    GatewayOptions,
    "roomKey" | "authKey" | "onEvent" | "onMembers" | "onNeighbourFrame" | "onSessionOver" | "onHoldOff"
  > {
  readonly room: Room;
  readonly Peer: PeerClass;
  readonly RTCPeerConnection: NativeConnectionClass;
  readonly address: SignalingAddress;
  readonly iceServers: () => readonly RTCIceServer[];
  /** Session ids in the room as the server lists them, oldest first; undefined when it did not answer. */
  readonly fetchMembers: (roomId: string) => Promise<readonly string[] | undefined>;
  readonly random: RandomUnit;
  /** What the gateway gets in place of each channel: for a caller that measures or changes what passes. */
  readonly wrapChannel?: (channel: Channel) => Channel;
  readonly listener: RoomSessionListener;
}

export class RoomSession {
  readonly gateway: Gateway;
  readonly sessionId: string;
  readonly #mesh: Mesh;

  /** Joins at once. @throws Error when PeerJS is not the version that the signaling guard knows. */
  constructor(options: RoomSessionOptions) {
    const { room, iceServers, crypto, now, schedule, random, listener } = options;
    this.sessionId = makeSessionId(room.roomId, crypto.randomBytes);
    this.gateway = new Gateway({
      ...options,
      roomKey: room.roomKey,
      authKey: room.authKey,
      onEvent: (event) => listener.onEvent(event),
      onMembers: (sessionId, named) => this.#mesh.peerNamed(sessionId, named),
      onNeighbourFrame: (neighbourSessionId, frame) => this.#mesh.neighbourFrame(neighbourSessionId, frame),
      onSessionOver: (sessionId) => this.#mesh.peerLeft(sessionId),
      onHoldOff: (sessionId, untilMs) => this.#mesh.holdOff(sessionId, untilMs),
    });
    const forgedTold = new TokenBucket({ capacity: maxForgedTold, refillPerSecond: 1, now });
    this.#mesh = new Mesh({
      sessionId: this.sessionId,
      openServer: (openerListener) =>
        new PeerJsOpener({
          Peer: options.Peer,
          sessionId: this.sessionId,
          address: options.address,
          iceServers,
          crypto,
          now,
          schedule,
          random,
          listener: openerListener,
        }),
      openNeighbour: (onChannel) =>
        new RtcNeighbourOpener({
          RTCPeerConnection: options.RTCPeerConnection,
          sessionId: this.sessionId,
          iceServers,
          crypto,
          schedule,
          send: (neighbourSessionId, frame) => this.gateway.sendThrough(neighbourSessionId, frame),
          onChannel,
        }),
      fetchMembers: () => options.fetchMembers(room.roomId),
      admit: (channel) => this.gateway.admit(options.wrapChannel?.(channel) ?? channel),
      heldSessionIds: () => this.gateway.heldSessionIds(),
      now,
      schedule,
      random,
      onForged: () => {
        if (forgedTold.take()) this.gateway.refuse("not-safe");
      },
      onChange: () => listener.onMeshChange(this.serverState),
    });
  }

  get serverState(): ServerState {
    return this.#mesh.serverState;
  }

  /** Session ids that are being dialled now. */
  get pendingDials(): ReadonlySet<string> {
    return this.#mesh.pendingDials;
  }

  /** Attempts of others that were refused before any handshake, by cause. */
  get drops(): ReadonlyMap<string, number> {
    return this.#mesh.drops;
  }

  /** See `Mesh.networkChanged`. */
  networkChanged(): void {
    this.#mesh.networkChanged();
  }

  /**
   * The page goes on in `next`, under the room's new key. This session gives up its place at the server, waits for
   * peers that sleep, and closes.
   */
  async moveTo(next: { readonly gateway: Gateway }): Promise<void> {
    this.#mesh.retire();
    await this.gateway.moveTo(next.gateway);
    await this.close();
  }

  /** Says goodbye to everybody and closes everything. */
  async close(): Promise<void> {
    const closing = this.gateway.close();
    this.#mesh.close();
    await closing;
  }
}
