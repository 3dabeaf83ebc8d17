// What networks do: lose, double, reorder, delay, stop. Whole gateways and meshes in memory, on fake time; all chance
// comes from seeds.
import { describe, expect, it } from "vitest";
import { backlogHighWaterBytes } from "../../gateway/wire/channel.ts";
import { expectAllHeld } from "../support/fault-verdict.ts";
import { FaultyRoom } from "../support/faulty-room.ts";
import { sized } from "../support/run-length.ts";
import type { Way } from "../support/way.ts";

const phones = 6;
const load = { gestureEveryMs: 900, sampleEveryMs: 200 };
const loadedMs = sized({ short: 30_000, long: 600_000 });

const loadedRoom = async (seed: number): Promise<FaultyRoom> => {
  const room = await FaultyRoom.whole({ seed, phones });
  room.load(load);
  await room.pass(2_000);
  return room;
};

const everyWay = (room: FaultyRoom, make: (way: Way) => void): void => {
  for (const from of room.names) for (const to of room.names) if (from !== to) make(room.network.way(from, to));
};

describe("a network in memory", () => {
  for (const percent of [1, 5, 20]) {
    it(`loses ${percent} % of packets`, async (context) => {
      const room = await loadedRoom(percent);
      everyWay(room, (way) => {
        way.lossShare = percent / 100;
      });
      await room.pass(loadedMs);
      expect(room.isWhole()).toBe(true); // While the loss goes on.
      everyWay(room, (way) => {
        way.lossShare = 0;
      });
      const { late, lost } = await expectAllHeld(context, room);
      expect(lost).toBe(0); // What is lost comes again, late.
      if (percent === 20) expect(late).toBeGreaterThan(0);
    });
  }

  it("lets messages overtake each other by up to 2 s", async (context) => {
    const room = await loadedRoom(11);
    everyWay(room, (way) => {
      way.reorderMs = 2_000;
    });
    await room.pass(loadedMs);
    everyWay(room, (way) => {
      way.reorderMs = 0;
    });
    const { late } = await expectAllHeld(context, room);
    expect(late).toBeGreaterThan(0);
  });

  it("doubles one message in ten", async (context) => {
    const room = await loadedRoom(12);
    everyWay(room, (way) => {
      way.duplicateShare = 0.1;
    });
    await room.pass(loadedMs);
    everyWay(room, (way) => {
      way.duplicateShare = 0;
    });
    const { duplicate } = await expectAllHeld(context, room);
    expect(duplicate).toBe(room.copies);
    expect(duplicate).toBeGreaterThan(10);
  });

  for (const { forMs, name } of [
    { forMs: 5_000, name: "5 s" },
    { forMs: 40_000, name: "40 s" },
    { forMs: 180_000, name: "3 min" },
  ]) {
    it(`cuts one phone off for ${name}`, async (context) => {
      const room = await loadedRoom(forMs);
      const ways = room.network.waysOf(room.phone(0).name, room.names);
      for (const way of ways) way.isCut = true;
      await room.pass(forMs);
      for (const way of ways) way.isCut = false;
      await expectAllHeld(context, room);
    });

    it(`cuts one phone's way out for ${name}, and not the way in`, async (context) => {
      const room = await loadedRoom(forMs + 1);
      const { name: cut } = room.phone(0);
      const ways = room.names.filter((other) => other !== cut).map((other) => room.network.way(cut, other));
      for (const way of ways) way.isCut = true;
      await room.pass(forMs);
      for (const way of ways) way.isCut = false;
      await expectAllHeld(context, room);
    });
  }

  it("cuts everybody from everybody for 90 s", async (context) => {
    const room = await loadedRoom(13);
    everyWay(room, (way) => {
      way.isCut = true;
    });
    await room.pass(90_000);
    everyWay(room, (way) => {
      way.isCut = false;
    });
    await expectAllHeld(context, room);
  });

  it("has one phone that takes in a tenth of what the others send", async (context) => {
    const room = await FaultyRoom.whole({ seed: 14, phones });
    room.load({ ...load, sampleEveryMs: 50, sampleBytes: 200 });
    const { name: slow } = room.phone(0);
    const ways = room.names.filter((other) => other !== slow).map((other) => room.network.way(other, slow));
    for (const way of ways) way.bytesPerSecond = 1_000;
    await room.pass(sized({ short: 60_000, long: 600_000 }));
    expect(room.greatestBufferBytes).toBeGreaterThan(backlogHighWaterBytes);
    for (const way of ways) way.bytesPerSecond = Number.POSITIVE_INFINITY;
    await room.pass(40_000); // What is on its way goes on as slowly.
    await expectAllHeld(context, room);
  });

  it("loses everything at once, and sixteen phones come back together", async (context) => {
    const room = await FaultyRoom.whole({ seed: 16, phones: 16 });
    room.load(load);
    everyWay(room, (way) => {
      way.isCut = true;
    });
    room.network.serverGone();
    await room.pass(90_000);
    everyWay(room, (way) => {
      way.isCut = false;
    });
    room.network.serverBack();
    await expectAllHeld(context, room);
  });

  it("has no signaling server, and one phone loses all others but one", async (context) => {
    const room = await loadedRoom(17);
    room.network.serverGone();
    const alone = room.phone(0).page;
    for (let i = 2; i < phones; i++) alone.peer(room.phone(i).page)?.channel?.close("cut by the test");
    await room.pass(1_000);
    expect(room.isWhole()).toBe(false);
    await expectAllHeld(context, room);
  });

  it("has no signaling server for a minute, while one phone reloads", async (context) => {
    const room = await loadedRoom(15);
    room.network.serverGone();
    await room.reload(room.phone(2));
    await room.pass(60_000);
    room.network.serverBack();
    await expectAllHeld(context, room);
  });
});
