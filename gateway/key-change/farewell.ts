// How a gateway leaves a room that has moved on to another key (docs/protocol.md §4): peers that have the key are
// disconnected at once; peers that should get it but sleep stay connected for a while. Nobody is admitted meanwhile.
// Neighbour: room-key-change.ts knows which peer is which.

import type { Schedule } from "../basics/runtime.ts";
import type { PeerBook } from "../peers/peer-book.ts";
import type { RoomKeyChange } from "./room-key-change.ts";

/** A peer that is silent for so long counts as gone anyway (liveness.ts). */
export const farewellMs = 60_000;

export class Farewell {
  /** Resolves when no peer is connected any more. */
  readonly over: Promise<void>;
  readonly #peers: PeerBook;
  readonly #change: RoomKeyChange;
  #end: () => void = () => undefined;

  constructor(peers: PeerBook, change: RoomKeyChange, schedule: Schedule) {
    this.#peers = peers;
    this.#change = change;
    peers.admitNobody();
    this.over = new Promise((resolve) => {
      const cancelLimit = schedule(farewellMs, () => this.#dismiss(() => true));
      this.#end = () => {
        cancelLimit();
        resolve();
      };
    });
  }

  /** The caller calls this at the beginning, and whenever a peer has acknowledged the key or is gone. */
  check(): void {
    this.#dismiss((gatewayId) => !this.#change.isAwaited(gatewayId));
  }

  #dismiss(isDue: (gatewayId: string) => boolean): void {
    for (const peer of this.#peers) {
      if (!isDue(peer.gatewayId)) continue;
      peer.close(this.#change.isRemoved(peer.gatewayId) ? "removed" : "moved", "the room has another key");
    }
    if (this.#peers.heldSessionIds().length === 0) this.#end();
  }
}
