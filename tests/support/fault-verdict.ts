// What has to hold of a room after any fault, each as a figure of the case's row: it is whole again in time, and nothing was felt twice or too late,
// came out of order, was lost from the books, grew without bound, or dialled like a storm.
import { expect, type TestContext } from "vitest";
import { backlogHighWaterBytes } from "../../gateway/channel.ts";
import { maxDialsPerSecond } from "../../gateway/dial-policy.ts";
import { maxMessageBytes } from "../../gateway/frame-types.ts";
import { tell } from "./case-table.ts";
import type { FaultyRoom, Sums } from "./faulty-room.ts";

/** The promise: without a tap. */
export const healLimitMs = 30_000;

/** To be called when the fault has ended. Waits until the room is whole and everything under way has come to rest. */
export const expectAllHeld = async ({ task }: Pick<TestContext, "task">, room: FaultyRoom): Promise<Sums> => {
  const healedMs = await room.untilWhole(2 * healLimitMs);
  await room.settle();
  const sums = room.sums();
  const open = room.openRecords();
  const untold = room.untold();
  const { dials } = room.network;
  tell(task, {
    ...sums,
    unaccounted: open,
    twice: room.twice,
    disordered: room.outOfOrder,
    "applied late": room.latestMs > 0 ? `${Math.round(room.latestMs)} ms` : 0,
    "healed s": healedMs === undefined ? "never" : healedMs / 1000,
    "dials/s": dials.mostPerSecond,
    "buffer kB": Math.round(room.greatestBufferBytes / 1024),
  });
  expect(healedMs, "whole again").toBeLessThanOrEqual(healLimitMs);
  expect(open, "records of open pages whose fate nobody can tell").toBe(0);
  expect(untold, "records of pages that ended").toBeLessThanOrEqual(0);
  expect(sums.sent - (untold ?? 0) + room.copies, "every record counted once").toBe(
    sums.delivered + sums.lost + sums.late + sums.duplicate + sums.dropped,
  );
  expect(room.dones, "writes that told of their gesture").toBe(room.writes);
  expect(room.twice, "gestures felt twice").toBe(0);
  expect(room.latestMs, "age of a felt gesture beyond its deadline").toBeLessThanOrEqual(0);
  expect(room.outOfOrder, "samples out of order").toBe(0);
  expect(dials.mostPerSecondOfOne).toBeLessThanOrEqual(maxDialsPerSecond);
  expect(dials.mostPerSecond).toBeLessThanOrEqual(maxDialsPerSecond * room.phones.length);
  expect(room.greatestBufferBytes).toBeLessThanOrEqual(backlogHighWaterBytes + maxMessageBytes);
  expect(await room.everybodyFeelsEverybody(), "everybody feels everybody").toBe(true);
  return sums;
};
