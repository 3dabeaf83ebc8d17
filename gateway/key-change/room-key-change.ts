// How a room changes to another key, seen from one member: docs/protocol.md §4. It passes keys on, chooses among
// several, and settles on one.
// Neighbours: peer.ts brings the frames, gateway.ts moves. Invariants: all members that can reach each other choose the
// same key, in whatever order the keys come, if each key comes early enough to be passed on before the first member
// settles; no member gets a key that removes it, or that was made before it came; there is one change at a time.
import { equalBytes } from "../../firmware-bridge/frames/bytes.ts";
import type { Cancel, Now, Schedule } from "../basics/runtime.ts";
import { TokenBucket } from "../basics/token-bucket.ts";
import type { GatewayFrame, KeyProposal } from "../wire/frame-types.ts";

/**
 * If two people press the button at the same moment, each page gets the other's key well within this time, over a slow
 * relay too. Until then every key counts, no matter which member it removes. Afterwards the keys of removed members do
 * not count: these members learn of their removal only when the first member has settled.
 */
export const contestMs = 1_000;
export const settleMs = 2 * contestMs;
/** A member that changes the key again and again must not stop the room: between two moves, records must pass. */
export const minMoveIntervalMs = 10_000;
/**
 * Every lower key is taken over, however many come, because a member that ignored one would be separated from members
 * that did not. What this gateway sends because of them is bounded. It passes on at once as many keys as people could
 * really make within two seconds …
 */
export const handOnBurst = 8;
/**
 * … and of further keys the lowest that came within this time: far below what a receiver accepts (allowance.ts), and
 * soon enough to settle.
 */
export const handOnMs = 100;
/** To a member that comes late with one key after another, we send ours no more often than this. */
export const lateAnswerMs = 1_000;

export interface SettledChange {
  readonly roomKey: Uint8Array;
  /** Gateway id of the member that made the key, if `toldBy` says the truth. */
  readonly by: string;
  /** Gateway id of the member that sent it to us; our own when we made it. */
  readonly toldBy: string;
  readonly removed: readonly string[];
  /** Members that this page wanted to remove, and that stay because another key was lower. */
  readonly notRemoved: readonly string[];
  /** Members that were connected when we first heard of the change, and should come along. */
  readonly expected: readonly string[];
}

export interface RoomKeyChangeOptions {
  readonly ownGatewayId: string;
  /** The key that the room has now. */
  readonly roomKey: Uint8Array;
  /** When the page came here by a change of the key, or gave one up, on this gateway's clock; undefined: neither. */
  readonly lastMoveMs: () => number | undefined;
  readonly now: Now;
  readonly schedule: Schedule;
  /** Gateway ids of members that are connected, or were a while ago. */
  readonly members: () => readonly string[];
  /** The connected members among these. */
  readonly held: () => readonly string[];
  /** Sends to a member that is connected; nothing happens when it is not. */
  readonly send: (gatewayId: string, frame: GatewayFrame) => void;
  /** Another key was chosen. */
  readonly onChosen: () => void;
  /** Called once: this is the room's key now. */
  readonly onSettled: (change: SettledChange) => void;
}

/** What became of a frame. All but the first two are ignored. */
export type Hearing =
  | "chosen"
  | "acknowledged"
  | "outbid"
  | "present"
  | "not-for-us"
  | "by-a-removed"
  | "newcomer"
  | "late";

interface Choice extends KeyProposal {
  readonly toldBy: string;
}

export class RoomKeyChange {
  readonly #options: RoomKeyChangeOptions;
  #choice: Choice | undefined;
  #outcome: SettledChange | undefined;
  #firstHeardMs = 0;
  /** The members when we first heard of a change: no other member gets a key. */
  #entitled: ReadonlySet<string> = new Set();
  #heldAtFirst: readonly string[] = [];
  /** Members that have acknowledged the key that we chose. */
  readonly #acknowledged = new Set<string>();
  /**
   * The last key of each removed member: it counts if we later choose a key that lets them stay. Bounded as members
   * are.
   */
  readonly #ofRemoved = new Map<string, KeyProposal>();
  /** When our key was last sent to a member that came late. */
  readonly #answeredAtMs = new Map<string, number>();
  readonly #rounds: TokenBucket;
  /** Members that this page's person asked to remove. */
  #wished: readonly string[] = [];
  #cancelSettling: Cancel | undefined;
  #cancelHandingOn: Cancel | undefined;

  constructor(options: RoomKeyChangeOptions) {
    this.#options = options;
    this.#rounds = new TokenBucket({ capacity: handOnBurst, refillPerSecond: 1_000 / handOnMs, now: options.now });
  }

  /** Somebody has begun a change; it may have settled. */
  get isUnderway(): boolean {
    return this.#choice !== undefined;
  }

  /** Undefined until it has settled. */
  get outcome(): SettledChange | undefined {
    return this.#outcome;
  }

  isRemoved(gatewayId: string): boolean {
    return this.#choice?.removed.includes(gatewayId) ?? false;
  }

  /** Whether that member should get the key, and has not acknowledged it. */
  isAwaited(gatewayId: string): boolean {
    return this.#mayHave(gatewayId) && !this.#acknowledged.has(gatewayId);
  }

  /** "underway": there is one change at a time, so this one is not begun. */
  begin(roomKey: Uint8Array, removed: readonly string[]): "begun" | "underway" {
    if (this.isUnderway) return "underway";
    const { ownGatewayId } = this.#options;
    this.#wished = removed.filter((gatewayId) => gatewayId !== ownGatewayId);
    this.#choose({ roomKey, by: ownGatewayId, toldBy: ownGatewayId, isSettled: false, removed: this.#wished });
    return "begun";
  }

  heard(from: string, frame: KeyProposal): Hearing {
    const { ownGatewayId, roomKey, now } = this.#options;
    if (equalBytes(frame.roomKey, roomKey)) return "present";
    if (frame.removed.includes(ownGatewayId)) return "not-for-us";
    if (this.isUnderway && !this.#entitled.has(from)) return "newcomer";
    if (this.isRemoved(from) && now() - this.#firstHeardMs >= contestMs) {
      this.#ofRemoved.set(from, { ...frame, roomKey: frame.roomKey.slice() });
      return "by-a-removed";
    }
    const choice = this.#choice;
    if (choice !== undefined && equalBytes(frame.roomKey, choice.roomKey)) {
      this.#acknowledged.add(from);
      if (frame.isSettled && !choice.isSettled) this.#choose({ ...choice, isSettled: true });
      return "acknowledged";
    }
    if (this.#outcome !== undefined) {
      this.#answer(from);
      return "late";
    }
    if (choice !== undefined && !isBetter(frame, choice)) return "outbid";
    this.#choose({ ...frame, roomKey: frame.roomKey.slice(), toldBy: from });
    this.#acknowledged.add(from);
    this.#hearAgain();
    return "chosen";
  }

  /** A member is connected again, on a channel that has not brought it the key. */
  connected(gatewayId: string): void {
    if (this.isAwaited(gatewayId)) this.#handTo(gatewayId);
  }

  /** The page stays under the key that it has, as if there were no other: any member may begin the next change. */
  giveUp(): void {
    this.close();
    this.#cancelSettling = undefined;
    this.#cancelHandingOn = undefined;
    this.#choice = undefined;
    this.#outcome = undefined;
    this.#wished = [];
    this.#acknowledged.clear();
    this.#ofRemoved.clear();
    this.#answeredAtMs.clear();
  }

  close(): void {
    this.#cancelSettling?.();
    this.#cancelHandingOn?.();
  }

  #choose(choice: Choice): void {
    const { now, schedule, lastMoveMs, members, held, onChosen } = this.#options;
    if (this.#choice === undefined) {
      this.#entitled = new Set([...members(), choice.toldBy]);
      this.#heldAtFirst = held();
      this.#firstHeardMs = now();
    }
    if (this.#choice?.roomKey !== choice.roomKey) this.#acknowledged.clear();
    this.#choice = choice;
    this.#handOn();
    const movedAtMs = lastMoveMs();
    const restMs = movedAtMs === undefined ? 0 : movedAtMs + minMoveIntervalMs - now();
    this.#cancelSettling ??= schedule(Math.max(settleMs, restMs), () => this.#settle(this.#choice ?? choice));
    onChosen();
  }

  /** The keys of members that the former choice removed, and that this one lets stay, count after all. */
  #hearAgain(): void {
    for (const [from, frame] of this.#ofRemoved) {
      if (this.isRemoved(from)) continue;
      this.#ofRemoved.delete(from);
      this.heard(from, frame);
    }
  }

  #settle(choice: Choice): void {
    const { roomKey, by, toldBy, removed } = choice;
    const notRemoved = this.#wished.filter((gatewayId) => !removed.includes(gatewayId));
    const expected = this.#heldAtFirst.filter((gatewayId) => this.#mayHave(gatewayId));
    const outcome = { roomKey, by, toldBy, removed, notRemoved, expected };
    this.#outcome = outcome;
    if (this.#cancelHandingOn !== undefined) this.#handOnNow();
    this.#options.onSettled(outcome);
  }

  #handOn(): void {
    if (this.#cancelHandingOn !== undefined) return; // The next round sends whatever is chosen by then.
    if (this.#rounds.take()) return this.#handOnNow();
    this.#cancelHandingOn = this.#options.schedule(handOnMs, () => this.#handOnNow());
  }

  #handOnNow(): void {
    this.#cancelHandingOn?.();
    this.#cancelHandingOn = undefined;
    for (const gatewayId of this.#entitled) this.#handTo(gatewayId);
  }

  #answer(gatewayId: string): void {
    const nowMs = this.#options.now();
    const answeredAtMs = this.#answeredAtMs.get(gatewayId);
    if (answeredAtMs !== undefined && nowMs - answeredAtMs < lateAnswerMs) return;
    this.#answeredAtMs.set(gatewayId, nowMs);
    this.#handTo(gatewayId);
  }

  #handTo(gatewayId: string): void {
    if (this.#choice === undefined || !this.#mayHave(gatewayId)) return;
    const { roomKey, by, removed } = this.#choice;
    const isSettled = this.#outcome !== undefined || this.#choice.isSettled;
    this.#options.send(gatewayId, { type: "keyProposal", roomKey, by, isSettled, removed });
  }

  #mayHave(gatewayId: string): boolean {
    return gatewayId !== this.#options.ownGatewayId && this.#entitled.has(gatewayId) && !this.isRemoved(gatewayId);
  }
}

const isBetter = (frame: KeyProposal, choice: KeyProposal): boolean =>
  frame.isSettled === choice.isSettled ? isLower(frame.roomKey, choice.roomKey) : frame.isSettled;

const isLower = (a: Uint8Array, b: Uint8Array): boolean => {
  const place = a.findIndex((byte, i) => byte !== b[i]);
  return place >= 0 && (a[place] ?? 0) < (b[place] ?? 0);
};
