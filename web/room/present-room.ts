// The room that the page is in, one at a time: it is entered, left, or changed for the same room under another key.
// Neighbours: app.ts says where to go, key-change/room-move.ts says when to move. Invariant: everything that goes along
// with the page is called here, once for each change.
import type { PenaltyBook } from "../../gateway/admission/penalty-book.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { ServerState } from "../../gateway/server-state.ts";
import type { Room } from "../../gateway/wire/room-key.ts";
import type { OpenRoom, PageSession, RoomFollower } from "./room-follower.ts";

export interface PageSessionListener {
  onEvent(event: GatewayEvent): void;
  /** The state of the server, or who is being dialled, has changed. */
  onMeshChange(server: ServerState): void;
}

/** @param penalties those of the room before, when this one is the same under another key. */
export type OpensRoom<Session extends PageSession> = (
  room: Room,
  listener: PageSessionListener,
  penalties: PenaltyBook | undefined,
) => Promise<OpenRoom<Session>>;

export interface PresentRoomOptions<Session extends PageSession> {
  readonly open: OpensRoom<Session>;
  readonly followers: readonly RoomFollower[];
  readonly listener: PageSessionListener & {
    /**
     * Of the room that the page was in before the last change of the key: peers there may still have something to say.
     */
    onFormerEvent(event: GatewayEvent): void;
  };
}

/** One room of this page, from before it is open until nothing of it is heard any more. */
interface Stay<Session extends PageSession> {
  role: "beside" | "present" | "former" | "over";
  room: OpenRoom<Session> | undefined;
  readonly onMeshChange: (server: ServerState) => void;
}

/** A room that is open beside the one that the page is in. */
export interface RoomBeside {
  readonly serverState: ServerState;
  /** Leaves the present room for this one; false when the page has gone elsewhere meanwhile. */
  moveIn(): boolean;
  close(): Promise<void>;
}

export class PresentRoom<Session extends PageSession> {
  readonly #options: PresentRoomOptions<Session>;
  #present: Stay<Session> | undefined;
  #former: Stay<Session> | undefined;

  constructor(options: PresentRoomOptions<Session>) {
    this.#options = options;
  }

  /** Undefined while the page is in no room, or on its way into one. */
  get room(): OpenRoom<Session> | undefined {
    return this.#present?.room;
  }

  /**
   * Leaves the room of before. False when the page was sent elsewhere meanwhile. @throws what opening the room throws.
   */
  async enter(room: Room): Promise<boolean> {
    await this.leave();
    const { listener, followers } = this.#options;
    const stay: Stay<Session> = { role: "present", room: undefined, onMeshChange: listener.onMeshChange };
    this.#present = stay;
    const opened = await this.#open(stay, room, undefined);
    if (opened === undefined) return false;
    for (const follower of followers) follower.enter(opened);
    return true;
  }

  /**
   * Opens a room beside the present one, which goes on. `onMeshChange` hears of that room's server until the page moves
   * in. Undefined when the page has no use for it any more. @throws what opening the room throws.
   */
  async openBeside(
    room: Room,
    onMeshChange: () => void,
    onMovedIn: (server: ServerState) => void,
  ): Promise<RoomBeside | undefined> {
    const stay: Stay<Session> = { role: "beside", room: undefined, onMeshChange };
    const former = this.#present;
    const opened = await this.#open(stay, room, this.room?.gateway.penalties);
    if (opened === undefined) return undefined;
    return {
      get serverState() {
        return opened.session.serverState;
      },
      moveIn: () => {
        const hasMoved = this.#move(former, stay, opened);
        if (hasMoved) onMovedIn(opened.session.serverState);
        return hasMoved;
      },
      close: () => {
        stay.role = "over";
        return opened.session.close();
      },
    };
  }

  async leave(): Promise<void> {
    const leaving = this.#end();
    for (const follower of this.#options.followers) follower.leave();
    await leaving?.close();
  }

  /**
   * The page ends: the peers hear that it leaves, and what follows the page from room to room may go on in its next
   * life.
   */
  async close(): Promise<void> {
    await this.#end()?.close();
  }

  #move(former: Stay<Session> | undefined, stay: Stay<Session>, opened: OpenRoom<Session>): boolean {
    if (former === undefined || former !== this.#present || stay.role !== "beside") return false;
    if (this.#former !== undefined) this.#former.role = "over";
    former.role = "former";
    stay.role = "present";
    this.#former = former;
    this.#present = stay;
    void former.room?.session.moveTo(opened.session);
    for (const follower of this.#options.followers) follower.move(opened);
    return true;
  }

  /** Undefined, and closed again, when the page has no use for it any more. */
  async #open(
    stay: Stay<Session>,
    room: Room,
    penalties: PenaltyBook | undefined,
  ): Promise<OpenRoom<Session> | undefined> {
    const { open, listener } = this.#options;
    const roomListener: PageSessionListener = {
      onEvent: (event) => {
        if (stay.role === "present") listener.onEvent(event);
        else if (stay.role === "former") listener.onFormerEvent(event);
      },
      onMeshChange: (server) => {
        if (stay.role === "present") listener.onMeshChange(server);
        else if (stay.role === "beside") stay.onMeshChange(server);
      },
    };
    const opened = await open(room, roomListener, penalties).catch((error: unknown) => {
      stay.role = "over";
      if (this.#present === stay) this.#present = undefined;
      throw error;
    });
    if (stay.role === "over") {
      await opened.session.close();
      return undefined;
    }
    stay.room = opened;
    return opened;
  }

  /** What the room still says while it closes is not heard any more. */
  #end(): Session | undefined {
    const session = this.room?.session;
    for (const stay of [this.#present, this.#former]) if (stay !== undefined) stay.role = "over";
    this.#present = undefined;
    this.#former = undefined;
    return session;
  }
}
