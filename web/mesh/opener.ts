// What opens channels, seen from the mesh: PeerJS through the server, or a peer to which both ends are connected. The
// handshake is the same for both.

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

/** Another session dialled; the channel is open, and the other end has not proven yet who it is. */
export type OnChannel = (channel: Channel) => void;

interface Opener {
  /** Attempts of others that were refused, by cause. */
  readonly drops: ReadonlyMap<string, number>;
  /** Opens no further channel, and cannot be dialled any more; open channels stay. */
  retire(): void;
  /** Closes the open channels, too. */
  close(): void;
}

export interface ServerOpenerListener {
  readonly onServerState: (state: ServerState) => void;
  readonly onChannel: OnChannel;
  /** An offer or an answer named more certificates than the sender's own, and was refused. */
  readonly onForged: () => void;
}

export interface ServerOpener extends Opener {
  readonly serverState: ServerState;
  /** Resolves within a bounded time, and never rejects. */
  dial(sessionId: string): Promise<Channel | DialFailure>;
  /** A sign that the contact to the server is dead, or that a new one would be better: it is made anew. */
  doubtServer(): void;
}

export interface NeighbourOpener extends Opener {
  /** Dials through the peer at `neighbourSessionId`. Resolves within a bounded time, and never rejects. */
  dial(sessionId: string, neighbourSessionId: string): Promise<Channel | DialFailure>;
  /** A frame for this session that came through that neighbour. */
  receive(neighbourSessionId: string, frame: NeighbourFrame): void;
}

/**
 * Host candidates connect within 100 ms, relayed ones within 3 s, and a lost DTLS flight is repeated after 1 and 3 s.
 * The dialer tries a second time before the other end begins to dial, after 8 s (gateway/peers/dial-policy.ts).
 */
export const dialTimeoutMs = 6_000;
