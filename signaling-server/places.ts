// Which session has to leave when a room or an address is full and another one comes. The server does not know members,
// only room ids, addresses and messages. So addresses share the places of a room, and rooms share the places of an
// address. The invariant: in a room, no address loses a place to an address that holds as many.
import { roomIdOf } from "../gateway/wire/session-id.ts";
import type { Session } from "./inspection.ts";
import { idleSessionMs } from "./limits.ts";
import type { Rooms } from "./rooms.ts";

export interface Newcomer {
  readonly sessionId: string;
  readonly address: string;
}

/** The part of a session that decides. */
type Seated = Pick<Session, "address" | "joinedAtMs" | "hasExchanged" | "isLeaving">;

export class Places<Held extends Seated> {
  readonly #rooms: Rooms<Held>;
  readonly #now: () => number;

  constructor(rooms: Rooms<Held>, now: () => number) {
    this.#rooms = rooms;
    this.#now = now;
  }

  /**
   * For a full room. If the newcomer's address holds fewer places than another address, the address that holds most
   * loses an idle session, or otherwise its newest, because members came before an attacker knocked. If not, only an
   * idle session of the newcomer's own address may leave. Undefined: the newcomer has to wait.
   */
  toFreeInRoom({ sessionId, address }: Newcomer): Held | undefined {
    const byAddress = new Map<string, Held[]>();
    for (const session of this.#staying(roomIdOf(sessionId))) {
      const held = byAddress.get(session.address);
      if (held === undefined) byAddress.set(session.address, [session]);
      else held.push(session);
    }
    const own = byAddress.get(address) ?? [];
    let most = own;
    for (const held of byAddress.values()) if (held.length > most.length) most = held;
    const isLarger = most.length > own.length + 1;
    return this.#firstIdle(isLarger ? most : own) ?? (isLarger ? most.at(-1) : undefined);
  }

  /**
   * For a full address: its oldest session in the smallest room in which no two sessions have answered each other,
   * except the newcomer's own room. An attacker who fills an address with invented rooms loses these first.
   */
  toFreeOfAddress({ sessionId, address }: Newcomer): Held | undefined {
    const ownRoom = roomIdOf(sessionId);
    let smallest = Number.POSITIVE_INFINITY;
    let spared: Held | undefined;
    for (const roomId of this.#rooms.roomIds()) {
      const size = this.#rooms.sizeOf(roomId);
      if (roomId === ownRoom || size >= smallest) continue;
      const sessions = this.#staying(roomId);
      const oldest = sessions.find((session) => session.address === address);
      if (oldest === undefined || sessions.some(({ hasExchanged }) => hasExchanged)) continue;
      smallest = size;
      spared = oldest;
    }
    return spared;
  }

  /** Without those that are being ended already. */
  #staying(roomId: string): readonly Held[] {
    return [...this.#rooms.sessionsOf(roomId)].filter(({ isLeaving }) => !isLeaving);
  }

  #firstIdle(sessions: readonly Held[]): Held | undefined {
    const sinceMs = this.#now() - idleSessionMs;
    return sessions.find((session) => !session.hasExchanged && session.joinedAtMs <= sinceMs);
  }
}
