import { describe, expect, it } from "vitest";
import { graceMs, LatencyTest } from "../../../../gateway/statistics/latency-test.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { connect } from "../../../support/memory-room.ts";
import { newMeasuredMember } from "../../../support/statistics-room.ts";

/** Never, in a test. */
const lost = 1e9;

/** Anna measures Ben; each message is underway for as long as `way` says then. */
const setUp = async (delayMs: number) => {
  const way = { delayMs: 10 };
  const time = new FakeTime(50_000);
  const anna = await newMeasuredMember(time, "Anna");
  const ben = await newMeasuredMember(time, "Ben", { clockOffsetMs: 3_600_000 });
  const channels = await connect(time, anna, ben, () => way.delayMs);
  await time.advance(20_000);
  way.delayMs = delayMs;
  let ended = 0;
  const measure = (pingsPerSecond: number, durationMs: number) => {
    const { gateway, statistics } = anna;
    const { now, schedule } = time;
    const onEnd = () => void ended++;
    return new LatencyTest({ now, schedule, gateway, statistics, pingsPerSecond, durationMs, onEnd });
  };
  const told = (test: LatencyTest) => {
    const [result] = test.results();
    return [result?.pongsReceived, result?.pingsSent];
  };
  return { time, way, anna, ben, channels, measure, told, ended: () => ended };
};

describe("latency test", () => {
  it("should wait for the answers of the last pings, and no longer", async () => {
    const { time, measure, told, ended } = await setUp(150);
    const test = measure(20, 5_000);
    await time.advance(5_200);
    expect(ended()).toBe(0);
    await time.advance(200);
    expect(told(test)).toEqual([100, 100]);
    expect(ended()).toBe(1);
  });

  it("should wait for a way that is slower than the grace as long as answers come", async () => {
    const { time, measure, told, ended } = await setUp(1_500);
    const test = measure(2, 10_000);
    await time.advance(14_000);
    expect(told(test)).toEqual([20, 20]);
    expect(ended()).toBe(1);
    expect(test.results()[0]?.roundTrip?.p99Ms).toBeGreaterThanOrEqual(3_000);
  });

  it("should count the slow ones as answered though a ping of the peer's put its clock in doubt, and leave out only the ways", async () => {
    const { time, way, anna, ben, measure, told } = await setUp(10);
    const test = measure(10, 5_000);
    await time.advance(1_010);
    const stalledFromMs = time.now();
    // All that leaves in this second and a half arrives at its end.
    while (time.now() < stalledFromMs + 1_500) {
      way.delayMs = stalledFromMs + 1_500 - time.now();
      if (way.delayMs === 1_450) ben.peerOf(anna).ping();
      await time.advance(10);
    }
    way.delayMs = 10;
    await time.advance(10_000);
    expect(told(test)).toEqual([50, 50]);
    const { roundTrip, toPeer, fromPeer } = test.results()[0] ?? expect.fail("measured");
    expect(roundTrip?.count).toBe(50);
    expect(roundTrip?.maxMs).toBeGreaterThan(1_400);
    expect(anna.snapshot().peers[0]?.roundTrip.sinceStart?.maxMs).toBe(roundTrip?.maxMs);
    for (const ways of [toPeer, fromPeer]) expect(ways?.count).toBeLessThan(50);
  });

  it("should ping less often where many are underway, so that the clock forgets none of them", async () => {
    const { time, measure, told, ended } = await setUp(2_000);
    const test = measure(20, 20_000);
    await time.advance(40_000);
    const [answered = 0, sent] = told(test);
    expect(answered).toBe(sent);
    expect(answered).toBeGreaterThan(100);
    expect(test.results()[0]?.roundTrip?.maxMs).toBeGreaterThanOrEqual(4_000);
    expect(ended()).toBe(1);
  });

  it("should count no ping that was lost as answered, though others are", async () => {
    const { time, way, anna, ben, measure, told, ended } = await setUp(10);
    const test = measure(5, 4_000);
    await time.advance(2_050);
    expect(told(test)).toEqual([11, 11]);
    way.delayMs = lost;
    await time.advance(1_000);
    way.delayMs = 10;
    for (let i = 0; i < 5; i++) anna.peerOf(ben).ping(); // As liveness does.
    await time.advance(5_000);
    expect(told(test)).toEqual([15, 20]);
    expect(ended()).toBe(1);
  });

  it("should wait for lost answers no longer than the grace, and go on pinging after a loss", async () => {
    const { time, way, measure, told, ended } = await setUp(lost);
    const silent = measure(5, 2_000);
    await time.advance(1_800 + graceMs - 100);
    expect(ended()).toBe(0);
    await time.advance(200);
    expect(ended()).toBe(1);
    expect(silent.results()[0]?.pongsReceived).toBe(0);
    const test = measure(20, 30_000);
    await time.advance(2_000);
    way.delayMs = 10;
    await time.advance(40_000);
    const [answered = 0, sent = 0] = told(test);
    expect(answered).toBeGreaterThan(350);
    expect(sent - answered).toBeLessThan(40);
  });

  it("should not count what is underway when it is stopped as lost", async () => {
    const { time, measure, told, ended } = await setUp(150);
    const test = measure(20, 5_000);
    await time.advance(1_010);
    expect(told(test)).toEqual([15, 15]);
    test.stop();
    expect(ended()).toBe(1);
    await time.advance(2_000);
    expect(told(test)).toEqual([15, 15]);
  });

  it("should not take the answers on another channel for those to pings that the last one lost", async () => {
    const { time, way, anna, ben, channels, measure, told } = await setUp(lost);
    const test = measure(1, 20_000);
    await time.advance(5_500);
    channels.dialer.close("the network is gone");
    way.delayMs = 10;
    await connect(time, anna, ben, () => 10);
    for (let i = 0; i < 30; i++) anna.peerOf(ben).ping();
    await time.advance(40_000);
    expect(told(test)).toEqual([14, 20]);
  });
});
