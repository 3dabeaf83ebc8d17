// What a person reads about the room's key: who changed it, who claims what, and who has not come along. It decides
// nothing. Neighbours: room-move.ts moves the page; named-claims.ts and roll-call.ts remember who said something and
// who is missing.
import type { Cancel, Now, Schedule } from "../../gateway/basics/runtime.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { SettledChange } from "../../gateway/key-change/room-key-change.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import type { LogBook } from "../room/log-book.ts";
import { nameInText, namesText } from "../room/names-text.ts";
import type { NoticeBoard } from "../room/notice-board.ts";
import { keyChangeText, memberName } from "./key-change-words.ts";
import { NamedClaims } from "./named-claims.ts";
import { goneForGoodMs, RollCall } from "./roll-call.ts";

export interface KeyChangeNewsOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  readonly notices: NoticeBoard;
  readonly log: LogBook;
  /** Undefined while the page is in no room. */
  readonly gateway: () => Gateway | undefined;
  readonly isServerConnected: () => boolean;
}

/**
 * What a peer can claim about this page, and how the log says it. Whether to leave is the person's decision, or any
 * member could empty the room.
 */
const claimTexts = {
  "removed-from-room": "says that you were removed from the room",
  "left-behind": "says that the room has moved on to a new key, which this phone does not have",
} as const;

type ClaimCode = keyof typeof claimTexts;

export class KeyChangeNews {
  readonly #options: KeyChangeNewsOptions;
  readonly #claims: Readonly<Record<ClaimCode, NamedClaims>> = {
    "removed-from-room": new NamedClaims(),
    "left-behind": new NamedClaims(),
  };
  readonly #rollCall: RollCall;
  #cancelGoneCheck: Cancel | undefined;

  constructor(options: KeyChangeNewsOptions) {
    this.#options = options;
    const { now, schedule, isServerConnected } = options;
    this.#rollCall = new RollCall({
      now,
      schedule,
      isReachable: isServerConnected,
      onMissing: (names) => this.#tellMissing(names),
    });
  }

  // --- the page's own way ---

  enter(): void {
    const { notices } = this.#options;
    this.#changed();
    for (const code of ["removed-from-room", "not-come-along", "new-room-closed"] as const) notices.clear(code);
    this.#claims["removed-from-room"].clear();
  }

  /** The same room under another key: that some say this page was removed may still be true. */
  move(): void {
    this.#cancelGoneCheck?.();
    this.#changed();
  }

  leave(): void {
    this.#cancelGoneCheck?.();
    this.#rollCall.clear();
    this.#options.notices.clear("key-change-waits");
  }

  #changed(): void {
    const { notices } = this.#options;
    for (const code of ["left-behind", "everybody-gone"] as const) notices.clear(code);
    this.#claims["left-behind"].clear();
  }

  // --- what becomes of a change ---

  needsServer(): void {
    this.#options.notices.raise("key-change-needs-server");
  }

  /** @param outcome of the person's wish to change the key. */
  began(gateway: Gateway, removed: readonly string[], outcome: "begun" | "underway"): void {
    const { notices, log } = this.#options;
    notices.clear("key-change-needs-server");
    if (outcome === "begun") return log.add("info", "A new room key is handed to those who stay");
    for (const gatewayId of removed) notices.raise("not-removed", memberName(gateway, gatewayId));
  }

  waitsForServer(): void {
    const { notices, log } = this.#options;
    notices.raise("key-change-waits");
    log.add("warning", "The room has another key; this phone follows when the server is back");
  }

  serverIsBack(): void {
    this.#options.notices.clear("key-change-waits");
  }

  /** @param gateway that of the room before, which knows everybody's names. */
  moved(gateway: Gateway, change: SettledChange): void {
    const { notices, log } = this.#options;
    const text = keyChangeText(gateway, change);
    this.#rollCall.expect(change.expected.map((gatewayId) => ({ gatewayId, name: memberName(gateway, gatewayId) })));
    const from = sourceOf(gateway, change);
    log.add("warning", text, from);
    for (const code of ["room-key-changed", "new-room-closed", "key-change-waits"] as const) notices.clear(code);
    if (change.by !== gateway.id) notices.raise("room-key-changed", text, from);
    for (const gatewayId of change.notRemoved) notices.raise("not-removed", memberName(gateway, gatewayId));
  }

  /** @param gateway that of the room in which the page is and stays. */
  notLetIn(gateway: Gateway, change: SettledChange): void {
    const { notices, log } = this.#options;
    const text = keyChangeText(gateway, change);
    notices.clear("key-change-waits");
    const from = sourceOf(gateway, change);
    notices.raise("new-room-closed", text, from);
    log.add("problem", `${text}; the new room did not let this phone in`, from);
  }

  // --- what others say and do ---

  /** Those of the room that the page is in. */
  onEvent(event: GatewayEvent): void {
    switch (event.kind) {
      case "peer-joined":
        this.#options.notices.clear("everybody-gone");
        return this.#rollCall.came(event.peer.gatewayId);
      case "peer-gone":
        if (event.how !== "left") this.#checkWhoIsGone();
        return;
      case "left-behind":
        return this.#claimed("left-behind", event.peer);
      case "removed":
        return this.#claimed("removed-from-room", event.peer);
    }
  }

  /** Those of the room before the last change of the key. */
  onFormerEvent(event: GatewayEvent): void {
    if (event.kind === "removed") this.#claimed("removed-from-room", event.peer);
  }

  #claimed(code: ClaimCode, { gatewayId, name }: Peer): void {
    const { notices, log } = this.#options;
    const claims = this.#claims[code];
    if (!claims.add(gatewayId, name)) return;
    log.add("problem", `${nameInText(name)} ${claimTexts[code]}`, gatewayId);
    notices.clear(code);
    notices.raise(code, namesText(claims.names));
  }

  /**
   * A page that slept through a change of the key hears of it from nobody; but that the others all went without a word
   * can be seen.
   */
  #checkWhoIsGone(): void {
    const { schedule, notices, isServerConnected } = this.#options;
    const gateway = this.#options.gateway();
    this.#cancelGoneCheck?.();
    this.#cancelGoneCheck = schedule(goneForGoodMs, () => {
      const isAlone = gateway?.heldSessionIds().length === 0;
      if (gateway === this.#options.gateway() && isAlone && isServerConnected()) notices.raise("everybody-gone");
    });
  }

  #tellMissing(names: readonly string[]): void {
    const { notices, log } = this.#options;
    notices.clear("not-come-along");
    if (names.length === 0) return;
    notices.raise("not-come-along", namesText(names));
    log.add("problem", `${namesText(names)} ${names.length === 1 ? "has" : "have"} not come along to the new room key`);
  }
}

/** By whose doing a change is told of; undefined: the page's own person made it. */
const sourceOf = (gateway: Gateway, { toldBy }: SettledChange): string | undefined =>
  toldBy === gateway.id ? undefined : toldBy;
