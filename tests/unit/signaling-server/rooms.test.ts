import { expect, it } from "vitest";
import { Rooms } from "../../../signaling-server/rooms.ts";

const roomA = "a".repeat(32);
const roomB = "b".repeat(32);
const session = (roomId: string, digit: string): string => `${roomId}-${digit.repeat(16)}`;

it("should name the members of a room in the order in which they came", () => {
  const rooms = new Rooms<string>();
  for (const id of [session(roomA, "9"), session(roomB, "5"), session(roomA, "1")]) rooms.join(id, `socket of ${id}`);
  expect(rooms.members(roomA)).toEqual([session(roomA, "9"), session(roomA, "1")]);
  expect(rooms.members(roomB)).toEqual([session(roomB, "5")]);
  expect(rooms.sizeOf(roomA)).toBe(2);
  expect(rooms.find(session(roomB, "5"))).toBe(`socket of ${session(roomB, "5")}`);
});

it("should have a session that comes again only once, as the newest", () => {
  const rooms = new Rooms<string>();
  rooms.join(session(roomA, "1"), "first");
  rooms.join(session(roomA, "2"), "other");
  rooms.join(session(roomA, "1"), "second");
  expect(rooms.members(roomA)).toEqual([session(roomA, "2"), session(roomA, "1")]);
  expect(rooms.find(session(roomA, "1"))).toBe("second");
  expect(rooms.sessionCount).toBe(2);
});

it("should forget a room when the last one leaves", () => {
  const rooms = new Rooms<string>();
  rooms.join(session(roomA, "1"), "one");
  rooms.leave(session(roomA, "2"));
  expect([rooms.roomCount, rooms.sessionCount]).toEqual([1, 1]);
  rooms.leave(session(roomA, "1"));
  rooms.leave(session(roomA, "1"));
  expect([rooms.roomCount, rooms.sessionCount]).toEqual([0, 0]);
  expect(rooms.members(roomA)).toEqual([]);
});
