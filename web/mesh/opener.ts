// What opens channels, seen from the mesh: PeerJS today, a neighbour in the mesh later. Admission does not know which it was.
import type { Channel } from "../../gateway/channel.ts";
import type { ServerState } from "../../gateway/server-state.ts";

export type { ServerState } from "../../gateway/server-state.ts";

export interface DialFailure {
  readonly failed: "server-away" | "already-dialling" | "peer-unavailable" | "timed-out" | "not-connected" | "closed";
}

export interface OpenerListener {
  onServerState(state: ServerState): void;
  /** Somebody else dialled; the channel is open and nobody has proven anything yet. */
  onChannel(channel: Channel): void;
}

export interface Opener {
  readonly serverState: ServerState;
  /** What others tried and was not let in, by cause. */
  readonly drops: ReadonlyMap<string, number>;
  /** Resolves within a bounded time, and never rejects. */
  dial(sessionId: string): Promise<Channel | DialFailure>;
  close(): void;
}
