// What must be true of a room after any fault, each as a figure of the case's row: it is whole again in time, and
// nothing was felt twice or too late, came out of order, was lost from the books, grew without bound, or dialled like a
// storm.
import { expect, type TestContext } from "vitest";
import { maxDialsAtOnce, maxDialsPerSecond } from "../../gateway/peers/dial-policy.ts";
import { backlogHighWaterBytes } from "../../gateway/wire/channel.ts";
import { maxMessageBytes } from "../../gateway/wire/frame-types.ts";
import { tell } from "./case-table.ts";
import type { DialMeter } from "./dial-meter.ts";
import type { EffectBook } from "./effect-book.ts";
import type { Sums } from "./record-sums.ts";

/** In memory (faulty-room.ts) or real (native-fault-room.ts). */
export interface FaultedRoom {
  /** Phones. */
  readonly size: number;
  readonly effects: EffectBook;
  readonly dials: DialMeter;
  /** At bands, by the bands' own count. */
  readonly writes: number;
  /** Records that the network made more of. */
  readonly copies: number;
  readonly greatestBufferBytes: number;
  /** The error by which the age of a gesture may be too great. */
  readonly graceMs: number;
  untilWhole(limitMs: number): Promise<number | undefined>;
  /** Ends the load and waits until nothing is under way any more, and all have reported to each other. */
  settle(): Promise<void>;
  everybodyFeelsEverybody(): Promise<boolean>;
  sums(): Sums;
  openRecords(): number;
  untold(): number | undefined;
}

/** The promise: without a tap. */
export const healLimitMs = 30_000;

/** Dials of either end: it is the turn of one, and the other's dial may cross. */
const mostDialsOfPair = 2;

/**
 * Dials of all phones together within a second: one for each pair, and the dials that cross. Two dials make a crossing,
 * so at most half of all dials that are under way at once can be too many. In a large room the limit of each phone is
 * the lower bound.
 */
const mostDialsOfRoom = (phones: number): number =>
  Math.min((phones * (phones - 1)) / 2 + (phones * maxDialsAtOnce) / 2, phones * maxDialsPerSecond);

/** To be called when the fault has ended. Waits until the room is whole and everything under way has come to rest. */
export const expectAllHeld = async ({ task }: Pick<TestContext, "task">, room: FaultedRoom): Promise<Sums> => {
  const healedMs = await room.untilWhole(2 * healLimitMs);
  await room.settle();
  const sums = room.sums();
  const open = room.openRecords();
  const untold = room.untold();
  const { dials, effects } = room;
  tell(task, {
    ...sums,
    unaccounted: open,
    twice: effects.twice,
    disordered: effects.disordered,
    "applied late": effects.latestMs > room.graceMs ? `${Math.round(effects.latestMs)} ms` : 0,
    "healed s": healedMs === undefined ? "never" : (healedMs / 1000).toFixed(1),
    "dials/s": dials.mostPerSecond,
    "buffer kB": Math.round(room.greatestBufferBytes / 1024),
  });
  expect(healedMs, "whole again").toBeLessThanOrEqual(healLimitMs);
  expect(open, "records of open pages whose fate nobody can tell").toBe(0);
  expect(untold, "records of pages that ended").toBeLessThanOrEqual(0);
  expect(sums.sent - (untold ?? 0) + room.copies, "every record counted once").toBe(
    sums.delivered + sums.lost + sums.late + sums.duplicate + sums.dropped,
  );
  expect(effects.felt, "writes that told of their gesture").toBe(room.writes);
  expect(effects.twice, "gestures felt twice").toBe(0);
  expect(effects.latestMs, "age of a felt gesture beyond its deadline").toBeLessThanOrEqual(room.graceMs);
  expect(effects.disordered, "samples out of order").toBe(0);
  expect(dials.mostPerSecondOfOne).toBeLessThanOrEqual(maxDialsPerSecond);
  expect(dials.mostPerSecondOfPair, "dials of one pair within a second").toBeLessThanOrEqual(mostDialsOfPair);
  expect(dials.mostPerSecond, "dials of the room within a second").toBeLessThanOrEqual(mostDialsOfRoom(room.size));
  expect(room.greatestBufferBytes).toBeLessThanOrEqual(backlogHighWaterBytes + maxMessageBytes);
  expect(await room.everybodyFeelsEverybody(), "everybody feels everybody").toBe(true);
  return sums;
};
