// A shift of a room of ten, in the long run a day and a night, simulated: pages are reloaded, killed, frozen, and
// leave; phones lose their network, the server is away. After each of these the room is whole again in time; in the end
// the books agree, and it takes no more memory than in the first hour.
import { expect, it } from "vitest";
import { tell } from "../support/case-table.ts";
import type { Dice } from "../support/dice.ts";
import { expectAllHeld, healLimitMs } from "../support/fault-verdict.ts";
import { FaultyRoom } from "../support/faulty-room.ts";
import { heldHeapMb } from "../support/heap.ts";
import type { MemoryPhone } from "../support/memory-phone.ts";
import { sized } from "../support/run-length.ts";

const hourMs = 3_600_000;
/** A day takes 50 s of a busy core. */
const hours = sized({ short: 4, long: 24 });
const phones = 10;
const load = { gestureEveryMs: 60_000, sampleEveryMs: 20_000 };
const lookEveryMs = 5_000;
/** Between two faults. */
const quietMs = { least: 60_000, most: 8 * 60_000 };
/** Memory of the whole process, the test runner's too; a leak of one small object a message would be ten times that. */
const growthLimitMb = 12;

type Fault = (room: FaultyRoom, phone: MemoryPhone, dice: Dice) => Promise<void>;

const faults: Readonly<Record<string, Fault>> = {
  reloaded: (room, phone) => room.reload(phone),
  killed: async (room, phone, dice) => {
    room.kill(phone);
    await room.pass(dice.between(1_000, 10 * 60_000), lookEveryMs);
    await phone.open();
  },
  left: async (room, phone, dice) => {
    await room.leave(phone);
    await room.pass(dice.between(1_000, 20 * 60_000), lookEveryMs);
    await phone.open();
  },
  frozen: async (room, { page }, dice) => {
    page.freeze();
    await room.pass(dice.between(2_000, 3 * 60_000), lookEveryMs);
    page.thaw("went-on");
  },
  asleep: async (room, { page }, dice) => {
    page.freeze();
    await room.pass(dice.between(2_000, 20 * 60_000), lookEveryMs);
    page.thaw("stood-still");
  },
  "cut off": async (room, { name }, dice) => {
    const ways = room.network.waysOf(name, room.names);
    for (const way of ways) way.isCut = true;
    await room.pass(dice.between(1_000, 5 * 60_000), lookEveryMs);
    for (const way of ways) way.isCut = false;
  },
  "cut one way": async (room, { name }, dice) => {
    const ways = room.names.filter((other) => other !== name).map((other) => room.network.way(other, name));
    for (const way of ways) way.isCut = true;
    await room.pass(dice.between(1_000, 2 * 60_000), lookEveryMs);
    for (const way of ways) way.isCut = false;
  },
  "no server": async (room, phone, dice) => {
    room.network.serverGone();
    await room.reload(phone);
    await room.pass(dice.between(1_000, 5 * 60_000), lookEveryMs);
    room.network.serverBack();
  },
};

it(`lives through ${hours} hours of all that`, { timeout: 300_000 }, async (context) => {
  const room = await FaultyRoom.whole({ seed: 1, phones });
  room.load(load);
  const { dice } = room;
  const healedMs: number[] = [];
  let afterAnHourMb = 0;
  while (room.time.now() < hours * hourMs) {
    const [name, fault] = dice.pick(Object.entries(faults));
    await fault(room, dice.pick(room.phones), dice);
    const healed = await room.untilWhole(2 * healLimitMs);
    expect(healed, `whole again after one phone was ${name}`).toBeLessThanOrEqual(healLimitMs);
    healedMs.push(healed ?? 0);
    await room.pass(dice.between(quietMs.least, quietMs.most), lookEveryMs);
    room.fold();
    if (afterAnHourMb === 0 && room.time.now() > hourMs) afterAnHourMb = heldHeapMb();
  }
  const grownMb = heldHeapMb() - afterAnHourMb;
  await expectAllHeld(context, room);
  tell(context.task, {
    "healed s": Math.max(...healedMs) / 1000,
    faults: healedMs.length,
    "heap after 1 h, MB": afterAnHourMb.toFixed(1),
    "grown since, MB": grownMb.toFixed(1),
  });
  expect(grownMb).toBeLessThan(growthLimitMb);
});
