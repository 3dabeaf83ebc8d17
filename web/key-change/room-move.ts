// The page's way to the room of a new key: begins a change when a person asks for it, and follows a key that has
// settled. Neighbours: gateway/key-change/room-key-change.ts settles on a key, room/present-room.ts moves the page,
// key-change-news.ts tells the person.
// Invariant: the page keeps its room, its place at the server and its channels until the room of the new key has let it
// in.
import type { Cancel, Crypto, Schedule } from "../../gateway/basics/runtime.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { SettledChange } from "../../gateway/key-change/room-key-change.ts";
import { makeRoomKey } from "../../gateway/wire/room-key.ts";
import type { RoomBeside } from "../room/present-room.ts";
import type { KeyChangeNews } from "./key-change-news.ts";

/**
 * Two tries at the server with the longest waits between them (mesh/server-contact.ts). A room that lets nobody in for
 * so long is full, and anybody who knows its key can have filled it.
 */
export const letInWithinMs = 30_000;

export interface RoomMoveOptions {
  readonly schedule: Schedule;
  readonly crypto: Pick<Crypto, "randomBytes">;
  readonly news: KeyChangeNews;
  /** Undefined while the page is in no room. */
  readonly gateway: () => Gateway | undefined;
  /** From the room that the page is in. */
  readonly isServerConnected: () => boolean;
  /** Opens the room of that key beside the present one; undefined when the page has no use for it any more. */
  readonly openBeside: (roomKey: Uint8Array, onMeshChange: () => void) => Promise<RoomBeside | undefined>;
}

/** A change that has settled, until the page has moved or given up. */
interface Pending {
  readonly change: SettledChange;
  readonly gateway: Gateway;
  isOpening: boolean;
  /** The person has read that it waits for the server. */
  isWaiting: boolean;
  /** The person has read that the new room does not let this page in. */
  isRefused: boolean;
  room: RoomBeside | undefined;
  cancelLimit: Cancel | undefined;
}

const notBegun = { isOpening: false, isWaiting: false, isRefused: false, room: undefined, cancelLimit: undefined };

export class RoomMove {
  readonly #options: RoomMoveOptions;
  #pending: Pending | undefined;

  constructor(options: RoomMoveOptions) {
    this.#options = options;
  }

  /** Hands a new key to everybody but the removed. */
  begin(removed: readonly string[]): void {
    const { crypto, news, isServerConnected } = this.#options;
    const gateway = this.#options.gateway();
    if (gateway === undefined || removed.some((gatewayId) => gateway.isBeingRemoved(gatewayId))) return;
    if (!isServerConnected()) return news.needsServer();
    news.began(gateway, removed, gateway.changeRoomKey(makeRoomKey(crypto.randomBytes), removed));
  }

  follow(change: SettledChange): void {
    const gateway = this.#options.gateway();
    if (gateway?.hasSettledFor(change) !== true) return;
    this.leave();
    this.#pending = { change, gateway, ...notBegun };
    this.serverChanged();
  }

  /**
   * Of the room that the page is in. While that server is away nobody would be met under the new key, and one frame of
   * any member would take a room apart that could go on.
   */
  serverChanged(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    const { schedule, news, isServerConnected } = this.#options;
    if (!isServerConnected()) {
      pending.cancelLimit?.();
      pending.cancelLimit = undefined;
      if (!pending.isWaiting) news.waitsForServer();
      pending.isWaiting = true;
      return;
    }
    if (pending.isWaiting) news.serverIsBack();
    pending.isWaiting = false;
    pending.cancelLimit ??= schedule(letInWithinMs, () => this.#notLetIn(pending));
    if (pending.isOpening) return;
    pending.isOpening = true;
    void this.#open(pending);
  }

  /** The page goes elsewhere. */
  leave(): void {
    this.#pending?.cancelLimit?.();
    void this.#pending?.room?.close();
    this.#pending = undefined;
  }

  async #open(pending: Pending): Promise<void> {
    try {
      const room = await this.#options.openBeside(pending.change.roomKey, () => this.#moveIfLetIn(pending));
      if (this.#pending !== pending) return void room?.close();
      pending.room = room;
      this.#moveIfLetIn(pending);
    } catch (error) {
      console.error(error);
      if (this.#pending === pending) this.#stay(pending);
    }
  }

  #moveIfLetIn(pending: Pending): void {
    const { room, change, gateway } = pending;
    if (this.#pending !== pending || room?.serverState.kind !== "connected") return;
    pending.cancelLimit?.();
    this.#pending = undefined;
    if (room.moveIn()) this.#options.news.moved(gateway, change);
    else void room.close();
  }

  #notLetIn(pending: Pending): void {
    pending.cancelLimit = undefined;
    if (pending.gateway.heldSessionIds().length > 0) return this.#stay(pending);
    // Alone there is nothing to lose: the others are where this page tries to go.
    if (!pending.isRefused) this.#options.news.notLetIn(pending.gateway, pending.change);
    pending.isRefused = true;
    this.serverChanged();
  }

  #stay(pending: Pending): void {
    this.leave();
    pending.gateway.stay();
    if (!pending.isRefused) this.#options.news.notLetIn(pending.gateway, pending.change);
  }
}
