// A phone of the room without page and browser: the product's own gateway, mesh and opener on native WebRTC. Dozens fit
// into one process, which makes tests and benches of a full room possible.

import type { IdentityKey } from "../../gateway/basics/runtime.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import { defaultRules } from "../../gateway/probes/rules.ts";
import { defaultWearerLimits, type WearerLimits } from "../../gateway/probes/wearer-limits.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import type { Room } from "../../gateway/wire/room-key.ts";
import { roomIdOf } from "../../gateway/wire/session-id.ts";
import { Mesh, type MeshOptions } from "../../web/mesh/mesh.ts";
import { RtcNeighbourOpener } from "../../web/mesh/neighbour-opener.ts";
import type { ServerOpener, ServerOpenerListener } from "../../web/mesh/opener.ts";
import { PeerJsOpener, signalingAddress } from "../../web/mesh/peerjs-opener.ts";
import { RoomSession, type RoomSessionOptions } from "../../web/mesh/room-session.ts";
import { type PageConfig, type ServerApi, serverApi } from "../../web/mesh/server-api.ts";
import { clocks, schedule } from "../../web/platform/timers.ts";
import { identityKeyOf, makeIdentityKeyPair, webCrypto } from "../../web/platform/web-crypto.ts";
import { loadPeerJs, nativeConnections } from "./native-webrtc.ts";

const platform = { ...clocks, schedule, random: Math.random, crypto: webCrypto };

export interface NativePhoneOptions extends Pick<RoomSessionOptions, "wrapChannel" | "penalties"> {
  /** The server's origin, such as `http://127.0.0.1:8080`. */
  readonly origin: string;
  readonly room: Room;
  readonly name: string;
  /** A key that exists already; undefined: a new one. */
  readonly identity?: IdentityKey;
  /** The epoch of that key; undefined: the first. */
  readonly epoch?: number;
  readonly limits?: WearerLimits;
  readonly onEvent?: (event: GatewayEvent) => void;
  /** The state of its server has changed, or the peers that are being dialled. */
  readonly onMeshChange?: () => void;
  /** Makes what its gateway gets in place of a channel. */
  readonly wrapChannel?: (channel: Channel) => Channel;
}

/** A new gateway that joins the room at once; the caller closes it. @throws Error when the server does not answer. */
export const startNativePhone = async (options: NativePhoneOptions): Promise<RoomSession> => {
  const { origin, room, name, onEvent, wrapChannel } = options;
  const { api, config } = await contact(origin);
  return new RoomSession({
    ...platform,
    room,
    Peer: loadPeerJs(),
    RTCPeerConnection: nativeConnections(),
    address: signalingAddress(origin, config.peerPath),
    iceServers: () => config.iceServers,
    fetchMembers: (roomId) => api.members(roomId),
    identity: options.identity ?? (await identityKeyOf(await makeIdentityKeyPair())),
    epoch: options.epoch ?? 1,
    ...(options.penalties && { penalties: options.penalties }),
    name,
    rules: defaultRules,
    limits: options.limits ?? defaultWearerLimits,
    ...(wrapChannel && { wrapChannel }),
    listener: { onEvent: (event) => onEvent?.(event), onMeshChange: () => options.onMeshChange?.() },
  });
};

export interface NativeMeshOptions extends Pick<MeshOptions, "sessionId" | "admit" | "heldSessionIds" | "onChange"> {
  readonly origin: string;
}

/**
 * The mesh alone: the caller decides which peers are admitted, and what then happens on a channel. @throws Error when
 * the server does not answer.
 */
export const startNativeMesh = async ({ origin, ...options }: NativeMeshOptions): Promise<Mesh> => {
  const { api, config } = await contact(origin);
  const { sessionId } = options;
  return new Mesh({
    ...options,
    ...platform,
    fetchMembers: () => api.members(roomIdOf(sessionId)),
    openServer: (listener) => serverOpener(origin, config, sessionId, listener),
    // Without gateways no neighbour can carry a frame.
    openNeighbour: (onChannel) =>
      new RtcNeighbourOpener({
        ...platform,
        RTCPeerConnection: nativeConnections(),
        sessionId,
        iceServers: () => config.iceServers,
        send: () => false,
        onChannel,
      }),
    onForged: () => undefined,
  });
};

/**
 * The way to the server alone: the caller also decides which peer to dial. @throws Error when the server does not
 * answer.
 */
export const startNativeOpener = async (
  origin: string,
  sessionId: string,
  listener: ServerOpenerListener,
): Promise<ServerOpener> => serverOpener(origin, (await contact(origin)).config, sessionId, listener);

const serverOpener = (
  origin: string,
  config: PageConfig,
  sessionId: string,
  listener: ServerOpenerListener,
): ServerOpener =>
  new PeerJsOpener({
    ...platform,
    Peer: loadPeerJs(),
    sessionId,
    address: signalingAddress(origin, config.peerPath),
    iceServers: () => config.iceServers,
    listener,
  });

const contact = async (origin: string): Promise<{ readonly api: ServerApi; readonly config: PageConfig }> => {
  const api = serverApi(origin, fetch);
  const config = await api.config();
  if (config === undefined) throw new Error(`no Earl Mesh server answers at ${origin}`);
  return { api, config };
};
