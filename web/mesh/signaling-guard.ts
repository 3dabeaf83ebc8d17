// The page's door on PeerJS's signaling socket: all that the server sends is checked here before PeerJS acts on it.
// Without it a server, or a client behind it, could make PeerJS throw, store messages without a bound, answer media
// calls or close a healthy channel (docs/protocol.md §3.3).
import { candidatesIn, maxCandidates } from "../../gateway/wire/session-description.ts";
import { type InboundMessage, readInbound } from "../../gateway/wire/signaling-message.ts";
import type { PeerFace, SignalingTarget } from "./peerjs-face.ts";
import { readFingerprint } from "./sdp-fingerprint.ts";

export interface SignalingGuardOptions {
  readonly peer: Pick<PeerFace, "socket" | "getConnection">;
  /** The server has sent something, whatever it is. */
  readonly onHeard: () => void;
  /** The server has answered a heartbeat of this Peer. */
  readonly onHeartbeat: () => void;
  /** Whether a new connection from that session may be opened now. */
  readonly mayOffer: (sessionId: string) => boolean;
  /** The server could not deliver a message to that session. */
  readonly onUnavailable: (sessionId: string) => void;
  /** A description names several certificates. No browser writes that: its carrier wants to sit in between. */
  readonly onForged: () => void;
  /** A message was refused; the cause is for counting. */
  readonly onDrop: (cause: string) => void;
}

type Offer = Extract<InboundMessage, { type: "OFFER" }>;
type Answer = Extract<InboundMessage, { type: "ANSWER" }>;
type Candidate = Extract<InboundMessage, { type: "CANDIDATE" }>;

/** The part of PeerJS's socket, an eventemitter3, that this file relies on. */
interface MessageEmitter {
  listeners(event: "message"): readonly unknown[];
  removeAllListeners(event: "message"): unknown;
  on(event: "message", listener: (message: unknown) => void): unknown;
}

/**
 * Stands between a Peer's socket and the Peer, as long as the Peer lives. To be called in the task that makes the Peer,
 * before any message.
 * @throws Error when the socket is not as in PeerJS 1.5.5: no mesh is better than one without this door.
 */
export const guardSignaling = (options: SignalingGuardOptions): void => {
  const { peer, mayOffer, onUnavailable, onForged, onDrop } = options;
  const { socket } = peer;
  if (!isMessageEmitter(socket)) throw notGuardable();
  const [toPeer, ...others] = socket.listeners("message");
  if (!isListener(toPeer) || others.length > 0) throw notGuardable();
  /** How many candidates each connection has, in descriptions and one by one. */
  const candidates = new WeakMap<SignalingTarget, number>();

  const mayKnow = (connection: SignalingTarget, more: number): boolean => {
    const known = (candidates.get(connection) ?? 0) + more;
    if (known <= maxCandidates) candidates.set(connection, known);
    return known <= maxCandidates;
  };

  /** Checked here, because some browsers keep one of several, and later nobody can see that there were more. */
  const isForged = ({ payload }: Offer | Answer): boolean => {
    const fingerprint = readFingerprint(payload.sdp.sdp);
    return "refused" in fingerprint && fingerprint.refused === "several-fingerprints";
  };

  const offer = (message: Offer): void => {
    const { connectionId, sdp } = message.payload;
    if (peer.getConnection(message.src, connectionId) !== null) return onDrop("offer of a known connection"); // PeerJS would close it.
    if (!mayOffer(message.src)) return onDrop("unwanted offer");
    try {
      toPeer(message);
    } catch {
      return onDrop("failed offer"); // The browser makes no further RTCPeerConnection.
    }
    const connection = peer.getConnection(message.src, connectionId);
    if (connection !== null) mayKnow(connection, candidatesIn(sdp.sdp));
  };

  /**
   * Straight to the connection: PeerJS stores messages of unknown connections, and lets rejected promises go unhandled.
   */
  const toConnection = async (message: Answer | Candidate): Promise<void> => {
    const connection = peer.getConnection(message.src, message.payload.connectionId);
    if (connection === null) return onDrop("unknown connection");
    const more = message.type === "ANSWER" ? candidatesIn(message.payload.sdp.sdp) : 1;
    if (!mayKnow(connection, more)) return onDrop("too many candidates");
    try {
      await connection.handleMessage(message);
    } catch {
      onDrop("connection closed meanwhile");
    }
  };

  socket.removeAllListeners("message");
  socket.on("message", (raw) => {
    options.onHeard();
    const message = readInbound(raw);
    if ("refused" in message) return onDrop(message.refused);
    if ((message.type === "OFFER" || message.type === "ANSWER") && isForged(message)) {
      onForged();
      return onDrop("several fingerprints");
    }
    switch (message.type) {
      case "OPEN":
      case "ERROR":
      case "ID-TAKEN":
      case "INVALID-KEY":
        return toPeer(message);
      case "HEARTBEAT":
        return options.onHeartbeat(); // PeerJS does not know the answer to its own.
      case "EXPIRE":
        return onUnavailable(message.src);
      case "OFFER":
        return offer(message);
      case "ANSWER":
      case "CANDIDATE":
        return void toConnection(message);
    }
  });
};

const isMessageEmitter = (socket: unknown): socket is MessageEmitter =>
  typeof socket === "object" &&
  socket !== null &&
  ["listeners", "removeAllListeners", "on"].every((name) => name in socket && isListener(Reflect.get(socket, name)));

const isListener = (value: unknown): value is (message: unknown) => void => typeof value === "function";

const notGuardable = (): Error => new Error("the signaling socket of this version of PeerJS cannot be guarded");
