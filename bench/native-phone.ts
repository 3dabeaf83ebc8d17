// A phone of the room without page and browser: the page's own mesh and opener on native WebRTC. Dozens fit one process, which is what makes
// tests and benches of a full room possible. Who is admitted, and what then happens on a channel, is handed in.

import { roomIdOf } from "../gateway/session-id.ts";
import { Mesh, type MeshOptions } from "../web/mesh/mesh.ts";
import { PeerJsOpener, signalingAddress } from "../web/mesh/peerjs-opener.ts";
import { serverApi } from "../web/mesh/server-api.ts";
import { now, schedule } from "../web/mesh/timers.ts";
import { webCrypto } from "../web/mesh/web-crypto.ts";
import { loadPeerJs } from "./native-webrtc.ts";

export interface NativePhoneOptions extends Pick<MeshOptions, "sessionId" | "admit" | "heldSessionIds" | "onChange"> {
  /** Of the server, such as `http://127.0.0.1:8080`. */
  readonly origin: string;
}

/** The caller closes the mesh. @throws Error when the server does not answer. */
export const startNativePhone = async ({ origin, ...options }: NativePhoneOptions): Promise<Mesh> => {
  const api = serverApi(origin, fetch);
  const config = await api.config();
  if (config === undefined) throw new Error(`no Earl Mesh server answers at ${origin}`);
  const { sessionId } = options;
  const platform = { now, schedule, random: Math.random };
  return new Mesh({
    ...options,
    ...platform,
    fetchMembers: () => api.members(roomIdOf(sessionId)),
    open: (listener) =>
      new PeerJsOpener({
        ...platform,
        Peer: loadPeerJs(),
        sessionId,
        address: signalingAddress(origin, config.peerPath),
        iceServers: config.iceServers,
        crypto: webCrypto,
        listener,
      }),
  });
};
