// What a person has to do with the room's key: changing it, following the others to another, and what is said of who was removed or has not come
// along. Neighbours: app.ts moves the page; gateway/key-change/room-key-change.ts settles on a key; removal-claims.ts and roll-call.ts keep who said and who is due.

import type { Cancel, Crypto, Now, Schedule } from "../../gateway/basics/runtime.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { SettledChange } from "../../gateway/key-change/room-key-change.ts";
import { makeRoomKey } from "../../gateway/wire/room-key.ts";
import type { LogBook } from "../room/log-book.ts";
import { nameInText, namesText } from "../room/names-text.ts";
import type { NoticeBoard } from "../room/notice-board.ts";
import { keyChangeText, memberName } from "./key-change-words.ts";
import { RemovalClaims } from "./removal-claims.ts";
import { goneForGoodMs, RollCall } from "./roll-call.ts";

export interface KeyChangeDeskOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  readonly crypto: Pick<Crypto, "randomBytes">;
  readonly notices: NoticeBoard;
  readonly log: LogBook;
  /** Undefined while the page is in no room. */
  readonly gateway: () => Gateway | undefined;
  readonly isServerConnected: () => boolean;
  /** Takes the page to the room of the new key. */
  readonly moveOn: (change: SettledChange) => void;
}

export class KeyChangeDesk {
  readonly #options: KeyChangeDeskOptions;
  readonly #removalClaims = new RemovalClaims();
  readonly #rollCall: RollCall;
  /** A change that has settled while the server was away. */
  #waitingChange: SettledChange | undefined;
  #cancelGoneCheck: Cancel | undefined;

  constructor(options: KeyChangeDeskOptions) {
    this.#options = options;
    const { now, schedule, isServerConnected } = options;
    this.#rollCall = new RollCall({
      now,
      schedule,
      isReachable: isServerConnected,
      onMissing: (names) => this.#tellMissing(names),
    });
  }

  /** Hands a new key to all but the removed. */
  change(removed: readonly string[]): void {
    const { crypto, notices, log, isServerConnected } = this.#options;
    const gateway = this.#options.gateway();
    if (gateway === undefined || removed.some((gatewayId) => gateway.isBeingRemoved(gatewayId))) return;
    if (!isServerConnected()) return notices.raise("key-change-needs-server");
    notices.clear("key-change-needs-server");
    if (gateway.changeRoomKey(makeRoomKey(crypto.randomBytes), removed) === "begun") {
      log.add("info", "A new room key is handed to those who stay");
      return;
    }
    for (const gatewayId of removed) notices.raise("not-removed", memberName(gateway, gatewayId));
  }

  /** Of the room that the page is in. */
  onEvent(event: GatewayEvent): void {
    const { notices } = this.#options;
    switch (event.kind) {
      case "peer-joined":
        notices.clear("everybody-gone");
        return this.#rollCall.came(event.peer.gatewayId);
      case "peer-gone":
        if (event.how !== "left") this.#checkWhoIsGone();
        return;
      case "left-behind":
        return notices.raise("left-behind");
      case "removed":
        return this.toldRemoved(event);
      case "room-key-settled":
        return this.#follow(event.change);
    }
  }

  /** Whether to leave is the person's decision: any member can say this, and would else empty the room. */
  toldRemoved({ peer }: Extract<GatewayEvent, { kind: "removed" }>): void {
    const { notices, log } = this.#options;
    if (!this.#removalClaims.add(peer.gatewayId, peer.name)) return;
    log.add("problem", `${nameInText(peer.name)} says that you were removed from the room`);
    notices.clear("removed-from-room");
    notices.raise("removed-from-room", namesText(this.#removalClaims.names));
  }

  serverConnected(): void {
    if (this.#waitingChange !== undefined) this.#follow(this.#waitingChange);
  }

  /** @param isFollowed the room is the one before, under another key. */
  entered(isFollowed: boolean): void {
    const { notices } = this.#options;
    for (const code of ["left-behind", "everybody-gone"] as const) notices.clear(code);
    if (isFollowed) return;
    notices.clear("removed-from-room");
    notices.clear("not-come-along");
    this.#removalClaims.clear();
  }

  /** @param gateway that of the room before, which knows everybody's names. */
  followed(gateway: Gateway, change: SettledChange): void {
    const { notices, log } = this.#options;
    const text = keyChangeText(gateway, change);
    this.#rollCall.expect(change.expected.map((gatewayId) => ({ gatewayId, name: memberName(gateway, gatewayId) })));
    log.add("warning", text);
    notices.clear("room-key-changed");
    if (change.by !== gateway.id) notices.raise("room-key-changed", text);
    for (const gatewayId of change.notRemoved) notices.raise("not-removed", memberName(gateway, gatewayId));
  }

  left(): void {
    this.#cancelGoneCheck?.();
    this.#rollCall.clear();
    this.#waitingChange = undefined;
    this.#options.notices.clear("key-change-waits");
  }

  /** Who slept through a change of the key is told by nobody; but that the others all went without a word can be seen. */
  #checkWhoIsGone(): void {
    const { schedule, notices, isServerConnected } = this.#options;
    const gateway = this.#options.gateway();
    this.#cancelGoneCheck?.();
    this.#cancelGoneCheck = schedule(goneForGoodMs, () => {
      const isAlone = gateway?.heldSessionIds().length === 0;
      if (gateway === this.#options.gateway() && isAlone && isServerConnected()) notices.raise("everybody-gone");
    });
  }

  /**
   * Where the server is away nobody would be met under the new key, and one frame of any member would take a room apart that could go on: the
   * channels of before stay until it is back.
   */
  #follow(change: SettledChange): void {
    const { notices, log, isServerConnected, moveOn } = this.#options;
    if (isServerConnected()) {
      this.#waitingChange = undefined;
      notices.clear("key-change-waits");
      return moveOn(change);
    }
    this.#waitingChange = change;
    notices.raise("key-change-waits");
    log.add("warning", "The room has another key; this phone follows when the server is back");
  }

  #tellMissing(names: readonly string[]): void {
    const { notices, log } = this.#options;
    notices.clear("not-come-along");
    if (names.length === 0) return;
    notices.raise("not-come-along", namesText(names));
    log.add("problem", `${namesText(names)} ${names.length === 1 ? "has" : "have"} not come along to the new room key`);
  }
}
