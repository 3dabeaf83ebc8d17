// What opens channels, seen from the mesh: PeerJS by way of the server, or a peer that both ends hold.
// The handshake is the same for both.

import type { ServerState } from "../../gateway/server-state.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import type { NeighbourFrame } from "../../gateway/wire/frame-types.ts";

export type { ServerState } from "../../gateway/server-state.ts";

export interface DialFailure {
  readonly failed:
    | "server-away"
    | "neighbour-away"
    | "already-dialling"
    | "peer-unavailable"
    | "timed-out"
    | "not-connected"
    | "closed";
}

/** Somebody else dialled; the channel is open and nobody has proven anything yet. */
export type OnChannel = (channel: Channel) => void;

interface Opener {
  /** What others tried and was not let in, by cause. */
  readonly drops: ReadonlyMap<string, number>;
  /** Opens nothing more, and is not there any more for others; open channels stay. */
  retire(): void;
  /** Closes the channels, too. */
  close(): void;
}

export interface ServerOpenerListener {
  readonly onServerState: (state: ServerState) => void;
  readonly onChannel: OnChannel;
  /** Somebody's offer or answer came with more than their own certificate, and was not let in. */
  readonly onForged: () => void;
}

export interface ServerOpener extends Opener {
  readonly serverState: ServerState;
  /** Resolves within a bounded time, and never rejects. */
  dial(sessionId: string): Promise<Channel | DialFailure>;
  /** There is a sign that the contact to the server is dead, or that another would do better: it is made anew. */
  doubtServer(): void;
}

export interface NeighbourOpener extends Opener {
  /** By way of the peer at `neighbourSessionId`. Resolves within a bounded time, and never rejects. */
  dial(sessionId: string, neighbourSessionId: string): Promise<Channel | DialFailure>;
  /** A frame for this session that came through that neighbour. */
  receive(neighbourSessionId: string, frame: NeighbourFrame): void;
}

/**
 * Host candidates connect within 100 ms, relayed ones within 3 s, and a lost DTLS flight is repeated after 1 and 3 s.
 * The dialer has a second try before it is the other end's turn, after 8 s (gateway/peers/dial-policy.ts).
 */
export const dialTimeoutMs = 6_000;
