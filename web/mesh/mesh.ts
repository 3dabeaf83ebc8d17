// Keeps the full mesh of a room: asks the server for the members, dials those that gateway/peers/membership.ts names,
// by the way that it names, and hands every open channel, dialled or incoming, to admission. The other end counts as
// connected only while the gateway has the channel.

import type { Cancel, Now, RandomUnit, Schedule } from "../../gateway/basics/runtime.ts";
import { type Dial, Membership } from "../../gateway/peers/membership.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import type { NeighbourFrame } from "../../gateway/wire/frame-types.ts";
import type { NeighbourOpener, OnChannel, ServerOpener, ServerOpenerListener, ServerState } from "./opener.ts";

export interface MeshOptions {
  readonly sessionId: string;
  readonly openServer: (listener: ServerOpenerListener) => ServerOpener;
  readonly openNeighbour: (onChannel: OnChannel) => NeighbourOpener;
  /** Session ids in the room as the server lists them, oldest first; undefined when it did not answer. */
  readonly fetchMembers: () => Promise<readonly string[] | undefined>;
  /**
   * Whether the other end has proven who it is, so that the two are connected. A channel that is not admitted is closed
   * by then.
   */
  readonly admit: (channel: Channel) => Promise<boolean>;
  /** Session ids with which an admitted channel is open now. */
  readonly heldSessionIds: () => readonly string[];
  readonly now: Now;
  readonly schedule: Schedule;
  readonly random: RandomUnit;
  /** See `ServerOpenerListener`. */
  readonly onForged: () => void;
  /** Server state or pending dials have changed. */
  readonly onChange: () => void;
}

/** A dial is due to the second, not to the millisecond; a hidden page's timers run once a second anyway. */
const tickMs = 500;

/**
 * A member that left without a goodbye is off the server's list by the next time, so it is not dialled for ever. The
 * server is asked only while somebody is missing.
 */
const relistMs = 10_000;
/** The wait when the server did not answer: nobody can be dialled before the first list. */
const listRetryMs = 2_000;

export class Mesh {
  readonly #options: MeshOptions;
  readonly #membership: Membership;
  readonly #server: ServerOpener;
  readonly #neighbour: NeighbourOpener;
  readonly #dials = new Set<string>();
  /** Sessions with an admitted channel, until the gateway has none of theirs any more. */
  readonly #connected = new Set<string>();
  #isListWanted = false;
  #isListUnderway = false;
  #mayListAtMs = 0;
  #cancelTick: Cancel;
  #isClosed = false;

  constructor(options: MeshOptions) {
    this.#options = options;
    this.#membership = new Membership({ ownSessionId: options.sessionId, random: options.random });
    const onChannel = (channel: Channel): void => void this.#admit(channel);
    this.#neighbour = options.openNeighbour(onChannel);
    this.#server = options.openServer({
      onServerState: (state) => this.#onServerState(state),
      onChannel,
      onForged: options.onForged,
    });
    this.#cancelTick = options.schedule(tickMs, () => this.#tick());
  }

  get serverState(): ServerState {
    return this.#server.serverState;
  }

  /**
   * Signaling messages, neighbour frames and connections that were not let in, by cause; the two openers' causes
   * differ.
   */
  get drops(): ReadonlyMap<string, number> {
    return new Map([...this.#server.drops, ...this.#neighbour.drops]);
  }

  /** Session ids that are being dialled, up to the end of the handshake. */
  get pendingDials(): ReadonlySet<string> {
    return this.#dials;
  }

  /** A peer's hints: the sessions that it is connected to. */
  peerNamed(sessionId: string, sessionIds: readonly string[]): void {
    this.#membership.peerNamed(sessionId, sessionIds, this.#options.now());
    this.#step();
  }

  /** A frame for this session that came through the peer at `neighbourSessionId`. */
  neighbourFrame(neighbourSessionId: string, frame: NeighbourFrame): void {
    this.#neighbour.receive(neighbourSessionId, frame);
  }

  /** That peer said goodbye: it is not dialled again. */
  peerLeft(sessionId: string): void {
    this.#connected.delete(sessionId);
    this.#membership.left(sessionId, this.#options.now());
  }

  /** A dial of that peer before then would fail. */
  holdOff(sessionId: string, untilMs: number): void {
    this.#membership.holdOff(sessionId, untilMs);
  }

  /**
   * This device is on another network, or on one again: the socket to the server may be dead without any sign of it.
   */
  networkChanged(): void {
    if (!this.#isClosed) this.#server.doubtServer();
  }

  /** Leaves the server, and dials nobody any more; the channels stay. */
  retire(): void {
    this.#isClosed = true;
    this.#cancelTick();
    this.#server.retire();
    this.#neighbour.retire();
  }

  close(): void {
    this.retire();
    this.#server.close();
    this.#neighbour.close();
  }

  #onServerState({ kind }: ServerState): void {
    if (kind === "connected") {
      this.#isListWanted = true;
      this.#mayListAtMs = 0;
    } else {
      this.#membership.serverAway();
    }
    this.#step();
    this.#options.onChange();
  }

  #tick(): void {
    this.#step();
    this.#cancelTick = this.#options.schedule(tickMs, () => this.#tick());
  }

  #step(): void {
    if (this.#isClosed) return;
    this.#noticeLosses();
    for (const dial of this.#membership.next(this.#options.now())) void this.#dial(dial);
    void this.#list();
  }

  #noticeLosses(): void {
    const held = new Set(this.#options.heldSessionIds());
    for (const sessionId of this.#connected) {
      if (held.has(sessionId)) continue;
      this.#connected.delete(sessionId);
      this.#membership.lost(sessionId, this.#options.now());
      this.#isListWanted = true;
    }
  }

  async #dial({ sessionId, way }: Dial): Promise<void> {
    this.#dials.add(sessionId);
    this.#options.onChange();
    let isConnected = false;
    try {
      const outcome = await (way.kind === "server"
        ? this.#server.dial(sessionId)
        : this.#neighbour.dial(sessionId, way.sessionId));
      isConnected = !("failed" in outcome) && (await this.#admit(outcome));
    } finally {
      this.#dials.delete(sessionId); // Otherwise a bug in a listener would use up the dials for good.
      if (!isConnected) {
        this.#membership.failed(sessionId, this.#options.now());
        this.#isListWanted = true;
      }
    }
    if (this.#isClosed) return;
    this.#step();
    this.#options.onChange();
  }

  async #admit(channel: Channel): Promise<boolean> {
    const isConnected = await this.#options.admit(channel);
    if (isConnected) {
      this.#connected.add(channel.remoteSessionId);
      this.#membership.connected(channel.remoteSessionId, this.#options.now());
    }
    return isConnected;
  }

  async #list(): Promise<void> {
    const { now, fetchMembers } = this.#options;
    const isConnected = () => this.serverState.kind === "connected";
    if (!this.#isListWanted || this.#isListUnderway || !isConnected() || now() < this.#mayListAtMs) return;
    this.#isListUnderway = true;
    this.#isListWanted = false;
    const sessionIds = await fetchMembers();
    this.#isListUnderway = false;
    if (sessionIds === undefined || !isConnected()) {
      this.#isListWanted = true;
      this.#mayListAtMs = now() + listRetryMs;
    } else {
      this.#mayListAtMs = now() + relistMs;
      this.#membership.serverListed(sessionIds, now());
      // The server has ended our session, and our socket does not show it.
      if (!sessionIds.includes(this.#options.sessionId)) this.#server.doubtServer();
    }
    this.#step();
  }
}
