import { beforeEach, describe, expect, it } from "vitest";
import { idleSessionMs, silentSessionMs } from "../../../signaling-server/limits.ts";
import { Places } from "../../../signaling-server/places.ts";
import { Rooms } from "../../../signaling-server/rooms.ts";
import { silentSessions } from "../../../signaling-server/silence.ts";

interface Seat {
  readonly sessionId: string;
  readonly address: string;
  readonly joinedAtMs: number;
  heardAtMs: number;
  hasExchanged: boolean;
  isLeaving: boolean;
}

let nowMs: number;
let rooms: Rooms<Seat>;
let places: Places<Seat>;
let sessions: number;

beforeEach(() => {
  nowMs = 0;
  sessions = 0;
  rooms = new Rooms();
  places = new Places(rooms, () => nowMs);
});

const room = (digit: string): string => digit.repeat(32);
const newSession = (roomId: string): string => `${roomId}-${(++sessions).toString(16).padStart(16, "0")}`;
const seat = (roomId: string, address: string, hasExchanged = true): Seat => {
  const sessionId = newSession(roomId);
  const taken = { sessionId, address, joinedAtMs: nowMs, heardAtMs: nowMs, hasExchanged, isLeaving: false };
  rooms.join(sessionId, taken);
  return taken;
};
const fill = (count: number, roomId: string, address: string, hasExchanged = true): readonly Seat[] =>
  Array.from({ length: count }, () => seat(roomId, address, hasExchanged));
const newcomer = (roomId: string, address: string) => ({ sessionId: newSession(roomId), address });

describe("a full room", () => {
  it("should lose the newest session of the address that has most to one that has fewer", () => {
    fill(28, room("a"), "small");
    const large = fill(100, room("a"), "large");
    expect(places.toFreeInRoom(newcomer(room("a"), "new"))).toBe(large.at(-1));
    expect(places.toFreeInRoom(newcomer(room("a"), "small"))).toBe(large.at(-1));
  });

  it("should be shared until addresses have the same number, and no further", () => {
    fill(128, room("a"), "attacker");
    let admitted = 0;
    for (;;) {
      const leaves = places.toFreeInRoom(newcomer(room("a"), "honest"));
      if (leaves === undefined) break;
      rooms.leave(leaves.sessionId);
      seat(room("a"), "honest");
      admitted++;
    }
    expect(admitted).toBe(64);
    expect(places.toFreeInRoom(newcomer(room("a"), "attacker"))).toBeUndefined();
  });

  it("should lose sessions first that have exchanged nothing for a while", () => {
    const [idle] = fill(1, room("a"), "large", false);
    const others = fill(100, room("a"), "large");
    expect(places.toFreeInRoom(newcomer(room("a"), "new"))).toBe(others.at(-1));
    nowMs = idleSessionMs;
    expect(places.toFreeInRoom(newcomer(room("a"), "new"))).toBe(idle);
  });

  it("should lose such a session to a newcomer of the same address, and no other one", () => {
    fill(100, room("a"), "school");
    const idle = fill(28, room("a"), "school", false);
    expect(places.toFreeInRoom(newcomer(room("a"), "school"))).toBeUndefined();
    nowMs = idleSessionMs;
    expect(places.toFreeInRoom(newcomer(room("a"), "school"))).toBe(idle[0]);
    for (const each of idle) each.hasExchanged = true;
    expect(places.toFreeInRoom(newcomer(room("a"), "school"))).toBeUndefined();
  });

  it("should lose no idle session of an address to one that has as many", () => {
    fill(64, room("a"), "honest", false);
    fill(64, room("a"), "attacker");
    nowMs = idleSessionMs;
    expect(places.toFreeInRoom(newcomer(room("a"), "attacker"))).toBeUndefined();
  });

  it("should not count a session that is being ended", () => {
    const large = fill(3, room("a"), "large");
    const last = large.at(-1);
    if (last !== undefined) last.isLeaving = true;
    expect(places.toFreeInRoom(newcomer(room("a"), "new"))).toBe(large[1]);
  });
});

describe("a full address", () => {
  it("should lose the oldest session of the smallest room in which nobody has exchanged anything", () => {
    fill(30, room("a"), "school");
    const pair = fill(2, room("b"), "school", false);
    const alone = fill(1, room("c"), "school", false);
    expect(places.toFreeOfAddress(newcomer(room("d"), "school"))).toBe(alone[0]);
    expect(places.toFreeOfAddress(newcomer(room("c"), "school"))).toBe(pair[0]);
  });

  it("should lose nobody of a room that is in use, nor of another address", () => {
    fill(30, room("a"), "school");
    fill(1, room("b"), "school", false);
    fill(1, room("b"), "home");
    fill(1, room("c"), "home", false);
    expect(places.toFreeOfAddress(newcomer(room("d"), "school"))).toBeUndefined();
  });
});

it("should find sessions silent that sent no heartbeat for two minutes, whatever the wall clock says", () => {
  const [early] = fill(1, room("a"), "one");
  nowMs = silentSessionMs - 1;
  const [late] = fill(1, room("b"), "two");
  expect(silentSessions(rooms, nowMs)).toEqual([]);
  expect(silentSessions(rooms, silentSessionMs)).toEqual([early]);
  if (early !== undefined) early.heardAtMs = silentSessionMs;
  expect(silentSessions(rooms, silentSessionMs + 1)).toEqual([]);
  expect(silentSessions(rooms, 2 * silentSessionMs - 1)).toEqual([late]);
});
