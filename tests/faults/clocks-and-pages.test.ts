// What phones do to a page: they freeze it, with its clock or without, set the time, reload it, kill it. Whole gateways
// in memory, on fake time.
import { describe, expect, it } from "vitest";
import { expectAllHeld } from "../support/fault-verdict.ts";
import { FaultyRoom } from "../support/faulty-room.ts";
import type { MemoryPage } from "../support/memory-phone.ts";
import { sized } from "../support/run-length.ts";

const phones = 6;
const load = { gestureEveryMs: 900, sampleEveryMs: 200 };
const frozenMs = sized({ short: 30_000, long: 90_000 });

const loadedRoom = async (seed: number): Promise<FaultyRoom> => {
  const room = await FaultyRoom.whole({ seed, phones });
  room.load(load);
  await room.pass(2_000);
  return room;
};

/** The first packets of this gesture are lost: SCTP sends it again after 400 ms, of its own clock. */
const waveIntoNothing = (room: FaultyRoom, page: MemoryPage): void => {
  const ways = room.names.filter((name) => name !== page.phone).map((name) => room.network.way(page.phone, name));
  for (const way of ways) way.lossShare = 1;
  room.wave(page);
  for (const way of ways) way.lossShare = 0;
};

describe("a page in memory", () => {
  for (const clock of ["went-on", "stood-still"] as const) {
    it(`freezes, and its clock ${clock.replace("-", " ")}`, async (context) => {
      const room = await loadedRoom(21);
      const { page } = room.phone(0);
      page.freeze();
      await room.pass(frozenMs);
      page.thaw(clock);
      const { late } = await expectAllHeld(context, room);
      expect(late).toBeGreaterThan(0);
    });

    it(`freezes while a gesture is to be sent again, and its clock ${clock.replace("-", " ")}`, async (context) => {
      const room = await loadedRoom(22);
      const { page } = room.phone(0);
      waveIntoNothing(room, page);
      page.freeze();
      await room.pass(frozenMs);
      page.thaw(clock);
      await expectAllHeld(context, room);
    });

    it(`freezes like all others while gestures are to be sent again, and all clocks ${clock === "went-on" ? "went on" : "stood still"}`, async (context) => {
      const room = await loadedRoom(23);
      for (const page of room.pages) waveIntoNothing(room, page);
      for (const page of room.pages) page.freeze();
      await room.pass(frozenMs);
      for (const page of room.pages) {
        page.thaw(clock);
        await room.pass(40);
      }
      await expectAllHeld(context, room);
    });
  }

  for (const byMs of [3_600_000, 1_500]) {
    it(`finds its clock ${byMs / 1_000} s on`, async (context) => {
      const room = await loadedRoom(24);
      room.phone(0).clockLeadMs += byMs;
      await room.pass(15_000);
      await expectAllHeld(context, room);
    });
  }

  it("has its wall clock set by an hour", async (context) => {
    const room = await loadedRoom(25);
    room.phone(0).wallLeadMs += 3_600_000;
    await room.pass(15_000);
    await expectAllHeld(context, room);
  });

  it("is killed, and another comes in its place after 20 s", async (context) => {
    const room = await loadedRoom(26);
    room.kill(room.phone(0));
    await room.pass(20_000);
    await room.phone(0).open();
    await expectAllHeld(context, room);
  });

  it("is reloaded five times, once a second", async (context) => {
    const room = await loadedRoom(27);
    for (let i = 0; i < 5; i++) {
      await room.reload(room.phone(0));
      await room.pass(1_000);
    }
    await expectAllHeld(context, room);
  });

  it("sleeps for a quarter of an hour, longer than others remember it", async (context) => {
    const room = await loadedRoom(28);
    const { page } = room.phone(0);
    page.freeze();
    await room.pass(15 * 60_000);
    page.thaw("went-on");
    await room.pass(1_000);
    await expectAllHeld(context, room);
  });
});
