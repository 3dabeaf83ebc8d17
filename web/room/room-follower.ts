// A room that is open on this page, and what goes along with the page from room to room. Neighbours: present-room.ts
// tells the followers, and is the only one that does; main.ts opens the rooms.
import type { Gateway } from "../../gateway/gateway.ts";
import type { ServerState } from "../../gateway/server-state.ts";
import type { Statistics } from "../../gateway/statistics/statistics.ts";

/** What is read of a RoomSession. */
export interface PageSession {
  readonly gateway: Gateway;
  readonly serverState: ServerState;
  moveTo(next: { readonly gateway: Gateway }): Promise<void>;
  close(): Promise<void>;
}

export interface OpenRoom<Session extends PageSession = PageSession> {
  readonly session: Session;
  readonly gateway: Gateway;
  /** Session ids that are being dialled. */
  readonly pendingDials: ReadonlySet<string>;
  readonly statistics: Statistics;
  readonly roomId: string;
  /** As which of its entries into a room the page's identity is there. */
  readonly epoch: number;
  /** The person's name. */
  readonly name: () => string;
}

export interface RoomFollower {
  /** The page is in this room now, of which nothing is known yet. */
  enter(room: OpenRoom): void;
  /** The page is in the same room under another key: what belongs to the person goes along. */
  move(room: OpenRoom): void;
  /** The page is in no room. */
  leave(): void;
}
