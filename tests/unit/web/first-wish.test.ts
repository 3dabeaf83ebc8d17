import { describe, expect, it } from "vitest";
import { FirstWish } from "../../../web/first-wish.ts";
import { RoomStore } from "../../../web/store/room-store.ts";
import type { StartActions } from "../../../web/ui/app-model.ts";

const remembered = (digit: string) => ({
  roomId: digit.repeat(32),
  label: `Room ${digit}`,
  roomKey: "A".repeat(22),
  lastUsedAt: "2026-01-01T00:00:00.000Z",
});

const setUp = () => {
  const texts = new Map<string, string>();
  const rooms = new RoomStore({
    read: (key) => texts.get(key),
    write: (key, text) => {
      texts.set(key, text);
      return "kept";
    },
  });
  for (const digit of ["1", "2"]) rooms.remember(remembered(digit));
  const done: string[] = [];
  const page: StartActions = {
    createRoom: () => done.push("create"),
    openInvite: (text) => done.push(`invite ${text}`),
    openRemembered: (roomId) => done.push(`open ${roomId}`),
    forgetRoom: (roomId) => done.push(`forget ${roomId}`),
  };
  return { wish: new FirstWish(rooms), rooms, page, done };
};

describe("a wish before the page is loaded", () => {
  it("should be fulfilled once the page is there, and only once", () => {
    const { wish, page, done } = setUp();
    wish.actions.createRoom();
    expect(wish.isWaiting.value).toBe(true);
    expect(done).toEqual([]);
    wish.fulfil(page);
    wish.fulfil(page);
    expect(done).toEqual(["create"]);
    expect(wish.isWaiting.value).toBe(false);
  });

  it("should be one room, however often it was asked for, and the last that was", () => {
    const { wish, page, done } = setUp();
    for (let press = 0; press < 3; press++) wish.actions.createRoom();
    wish.actions.openRemembered("2".repeat(32));
    wish.actions.openInvite("a key");
    wish.fulfil(page);
    expect(done).toEqual(["invite a key"]);
  });

  it("should be nothing where nothing was asked for", () => {
    const { wish, page, done } = setUp();
    wish.fulfil(page);
    expect(done).toEqual([]);
  });

  it("should not make anybody wait for a room that is only forgotten", () => {
    const { wish, rooms } = setUp();
    wish.actions.forgetRoom("1".repeat(32));
    expect(wish.isWaiting.value).toBe(false);
    expect(wish.model.rememberedRooms.value.map(({ label }) => label)).toEqual(["Room 2"]);
    expect(rooms.rooms()).toHaveLength(1);
  });
});
