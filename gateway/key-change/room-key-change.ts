// How a room comes to another key, seen from one member: docs/protocol.md §4. It hands keys on, chooses among several, and says when to move.
// Neighbours: peer.ts brings the frames, gateway.ts moves. Invariants: all who can reach each other choose the same key, in whatever order they
// hear of them, of all keys that come early enough to be handed on before the first of them settles; nobody is handed a key that removes them, or
// that was made before they came; one change a session.
import { equalBytes } from "../../firmware-bridge/frames/bytes.ts";
import type { Cancel, Now, Schedule } from "../basics/runtime.ts";
import { TokenBucket } from "../basics/token-bucket.ts";
import type { GatewayFrame, KeyProposal } from "../wire/frame-types.ts";

/**
 * Two who press at the same moment hear of each other well within this, also over a slow relay; until then every key counts, whoever removes whom.
 * After it the removed have no say: they are told no earlier than when the first has settled.
 */
export const contestMs = 1_000;
export const settleMs = 2 * contestMs;
/** Whoever changes the key all the time takes the room's attention, not its life: between two moves there is time for records. */
export const minMoveIntervalMs = 10_000;
/**
 * Every lower key is taken over, whoever sends however many: to ignore one would be to part from those who did not. What is bounded is what we
 * make of them. As many keys as members could make in earnest within two seconds are handed on at once …
 */
export const handOnBurst = 8;
/** … and beyond these the lowest of what came within this time: far below what a receiver bears (allowance.ts), and soon enough to settle. */
export const handOnMs = 100;
/** Whoever comes late with one key after the other is told of ours no oftener. */
export const lateAnswerMs = 1_000;

export interface SettledChange {
  readonly roomKey: Uint8Array;
  /** Gateway id of who made the key, by the word of `toldBy`. */
  readonly by: string;
  /** Gateway id of who handed it to us; our own when we made it. */
  readonly toldBy: string;
  readonly removed: readonly string[];
  /** Whom we wanted to remove, and who is still there because another key was lower. */
  readonly notRemoved: readonly string[];
  /** Who was held when we first heard of the change, and is to come along. */
  readonly expected: readonly string[];
}

export interface RoomKeyChangeOptions {
  readonly ownGatewayId: string;
  /** The key that the room has now. */
  readonly roomKey: Uint8Array;
  /** When the page came by a change of the key, or gave one up, on this gateway's clock; undefined: it did neither. */
  readonly lastMoveMs: () => number | undefined;
  readonly now: Now;
  readonly schedule: Schedule;
  /** Gateway ids of those who are held, or were a while ago. */
  readonly members: () => readonly string[];
  /** Of these, those who are held. */
  readonly held: () => readonly string[];
  /** To a member that is held; nothing happens when it is not. */
  readonly send: (gatewayId: string, frame: GatewayFrame) => void;
  /** Another key was chosen. */
  readonly onChosen: () => void;
  /** Once: this is the room's key now. */
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
  /** Who was a member when we first heard of a change: nobody else is handed a key. */
  #entitled: ReadonlySet<string> = new Set();
  #heldAtFirst: readonly string[] = [];
  /** Who has our choice, by their own word. */
  readonly #acknowledged = new Set<string>();
  /** Their last word: what counts if our choice comes to be one that lets them stay. Of members, so bounded as these are. */
  readonly #ofRemoved = new Map<string, KeyProposal>();
  /** When who came late was told of our key last. */
  readonly #answeredAtMs = new Map<string, number>();
  readonly #rounds: TokenBucket;
  /** Whom we ourselves have asked to remove. */
  #wished: readonly string[] = [];
  #cancelSettling: Cancel | undefined;
  #cancelHandingOn: Cancel | undefined;

  constructor(options: RoomKeyChangeOptions) {
    this.#options = options;
    this.#rounds = new TokenBucket({ capacity: handOnBurst, refillPerSecond: 1_000 / handOnMs, now: options.now });
  }

  /** A change has begun, by whomever, and may have settled. */
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

  /** It is to have the key, and has not said that it does. */
  isAwaited(gatewayId: string): boolean {
    return this.#mayHave(gatewayId) && !this.#acknowledged.has(gatewayId);
  }

  /** "underway": one change at a time, and this one is not begun. */
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

  /** A member is held again, on a channel that has not brought it the key. */
  connected(gatewayId: string): void {
    if (this.isAwaited(gatewayId)) this.#handTo(gatewayId);
  }

  /** The page stays under the key that it has, as if it had heard of no other: the next change may be anybody's. */
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

  /** Who was being removed by the choice of before, and is not by this one, has a say after all. */
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
    if (this.#cancelHandingOn !== undefined) return; // Whatever is chosen by then goes with that round.
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
