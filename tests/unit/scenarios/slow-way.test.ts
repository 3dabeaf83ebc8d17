import { beforeEach, describe, expect, it } from "vitest";
import { maxHeldMeasurements } from "../../../gateway/statistics/peer-statistics.ts";
import type { PeerFigures } from "../../../gateway/statistics/statistics-types.ts";
import { decodeMessage } from "../../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../../gateway/wire/encode-message.ts";
import { FakeTime } from "../../support/fake-time.ts";
import { connect } from "../../support/memory-room.ts";
import { makeGesture } from "../../support/records.ts";
import { type MeasuredMember, newMeasuredMember } from "../../support/statistics-room.ts";

const wayMs = 10;
const isPing = (message: Uint8Array | undefined): boolean => {
  const decoded = message && decodeMessage(message);
  return decoded !== undefined && "frames" in decoded && decoded.frames.some(({ type }) => type === "ping");
};

describe("Statistics of a way that was slow, or of a clock that seemed to jump", () => {
  let time: FakeTime;
  let anna: MeasuredMember;
  let ben: MeasuredMember;
  let isSlow: boolean;

  beforeEach(async () => {
    time = new FakeTime(50_000);
    anna = await newMeasuredMember(time, "Anna");
    ben = await newMeasuredMember(time, "Ben", { clockOffsetMs: 3_600_000 });
    isSlow = false;
  });

  const peerIn = (member: MeasuredMember): PeerFigures => {
    const [peer] = member.snapshot().peers;
    if (peer === undefined) throw new Error("no peer");
    return peer;
  };
  const buzzes = (): number => ben.events.filter(({ kind }) => kind === "peer-gesture").length;

  it("should report every ping of a way that stalls, and no step of clocks that go on", async () => {
    const periodMs = 27_000;
    const stallMs = 4_000;
    const waysMs: number[] = [];
    const { dialer } = await connect(time, anna, ben, (nth, from) => {
      const stalledMs = Math.max(0, stallMs - (time.now() % periodMs));
      if (from === "dialer") waysMs[nth] = wayMs + stalledMs;
      return wayMs + stalledMs;
    });
    await time.advance(900_000);
    const truthMs = waysMs.filter((_, nth) => isPing(dialer.sent[nth])).sort((a, b) => a - b);
    const percentileMs = (percent: number): number => truthMs[Math.ceil((truthMs.length * percent) / 100) - 1] ?? 0;
    expect(percentileMs(95)).toBeGreaterThan(1_000);
    const peer = peerIn(ben);
    expect(peer.clockSteps).toBe(0);
    expect(peer.unmeasured.clockUnknown).toBe(0);
    const told = peer.oneWay.ping.sinceStart;
    expect(told?.count).toBe(truthMs.length);
    const { p50Ms = 0, p95Ms = 0, p99Ms = 0, maxMs = 0, boundMs = 0 } = told ?? {};
    for (const [toldMs, trueMs] of [
      [p50Ms, percentileMs(50)],
      [p95Ms, percentileMs(95)],
      [p99Ms, percentileMs(99)],
      [maxMs, percentileMs(100)],
    ] as const)
      expect(Math.abs(toldMs - trueMs)).toBeLessThanOrEqual(boundMs);
    expect(boundMs).toBeLessThan(wayMs + 10);
  });

  it("should measure the round trip of a ping that came back while the clock was in doubt", async () => {
    const { callee } = await connect(time, anna, ben, (_, from) => (isSlow && from === "dialer" ? 3_000 : wayMs));
    await time.advance(1_000);
    isSlow = true;
    for (const peer of anna.gateway.peers) peer.ping();
    await time.advance(5);
    for (const peer of ben.gateway.peers) peer.ping();
    await time.advance(100);
    isSlow = false;
    expect(peerIn(ben).roundTrip.sinceStart?.maxMs).toBeLessThan(100);
    await time.advance(4_000);
    expect(peerIn(ben).roundTrip.sinceStart?.maxMs).toBeGreaterThan(3_000);
    expect([...ben.peerOf(anna).refusals]).toEqual([]);
    expect(callee.closeReason).toBeUndefined();
  });

  it("should let nothing that came in doubt act before the clocks are compared, and measure it then", async () => {
    await connect(time, anna, ben, () => (isSlow ? 1_500 : 100));
    await time.advance(12_000);
    isSlow = true;
    for (const peer of anna.gateway.peers) peer.ping();
    isSlow = false;
    await time.advance(1_450);
    anna.gesture("wave"); // Arrives between the ping that was slow and the answer to Ben's.
    await time.advance(150);
    expect(buzzes()).toBe(0);
    expect(peerIn(ben).oneWay.urgent.sinceStart).toBeUndefined();
    await time.advance(200);
    expect(buzzes()).toBe(1);
    const { urgent, ping } = peerIn(ben).oneWay;
    expect(Math.abs((urgent.sinceStart?.p50Ms ?? 0) - 100)).toBeLessThanOrEqual(urgent.sinceStart?.boundMs ?? 0);
    expect(ping.sinceStart?.maxMs).toBeGreaterThan(1_300);
  });

  it("should count a clock that stood still once, and believe nothing that came on both sides of it", async () => {
    let behindMs = 0;
    const cleo = await newMeasuredMember(time, "Cleo", { now: () => time.now() - behindMs });
    await connect(time, cleo, ben, () => wayMs);
    await time.advance(15_000);
    behindMs = 4_000;
    await time.advance(15_000);
    const peer = peerIn(ben);
    expect(peer.clockSteps).toBe(1);
    expect(peer.unmeasured.clockUnknown).toBeGreaterThanOrEqual(1);
    expect(peer.oneWay.prompt.sinceStart?.maxMs).toBeLessThan(3 * wayMs);
  });

  it("should count a clock that was set forward once, and believe nothing until it is compared", async () => {
    let aheadMs = 0;
    const cleo = await newMeasuredMember(time, "Cleo", { now: () => time.now() + aheadMs });
    await connect(time, cleo, ben, () => wayMs);
    await time.advance(15_000);
    aheadMs = 4_000;
    for (const peer of cleo.gateway.peers) peer.ping();
    await time.advance(15_000);
    const peer = peerIn(ben);
    expect(peer.clockSteps).toBe(1);
    expect(peer.unmeasured.clockUnknown).toBe(2); // That ping, and the one by which Cleo compares Ben's clock in turn.
    expect(peer.oneWay.prompt.sinceStart?.maxMs).toBeLessThan(3 * wayMs);
  });

  it("should keep no more than so many measurements for the clock, and count the others", async () => {
    const { dialer } = await connect(time, anna, ben, () => (isSlow ? 1_500 : 100));
    await time.advance(12_000);
    isSlow = true;
    for (const peer of anna.gateway.peers) peer.ping();
    isSlow = false;
    await time.advance(1_450);
    const gestures = maxHeldMeasurements + 36;
    const records = Array.from({ length: gestures }, (_, sequence) =>
      makeGesture({ sequence, timeUs: Math.round(anna.now() * 1000) }),
    );
    dialer.send(encodeMessage([{ type: "aggregate", rosterVersion: 1, records }]));
    await time.advance(1_000);
    const { unmeasured, oneWay } = peerIn(ben);
    expect(unmeasured.clockUnknown).toBe(37); // One place is the slow ping's.
    expect(oneWay.urgent.sinceStart?.count).toBe(maxHeldMeasurements - 1);
  });

  it("should measure what came on a new channel before the first answer", async () => {
    await connect(time, anna, ben, () => wayMs);
    expect(peerIn(ben).unmeasured.clockUnknown).toBe(0);
    expect(peerIn(ben).oneWay.ping.sinceStart?.count).toBe(1);
  });

  it("should not measure what came between this page's waking and the answer to its ping", async () => {
    await connect(time, anna, ben, () => wayMs);
    await time.advance(12_000);
    ben.gateway.woke();
    anna.gesture("wave");
    await time.advance(100);
    expect(buzzes()).toBe(1);
    const peer = peerIn(ben);
    expect(peer.unmeasured.clockUnknown).toBe(1);
    expect(peer.oneWay.urgent.sinceStart).toBeUndefined();
    anna.gesture("wave");
    await time.advance(100);
    expect(peerIn(ben).oneWay.urgent.sinceStart?.maxMs).toBeLessThan(3 * wayMs);
  });

  it("should count what waited for the clock when its channel ends", async () => {
    const { dialer } = await connect(time, anna, ben, (_, from) => (isSlow && from === "dialer" ? 2_000 : wayMs));
    await time.advance(1_000);
    isSlow = true;
    for (const peer of anna.gateway.peers) peer.ping();
    await time.advance(2_005); // Ben's ping has come to Anna, and her answer is underway.
    dialer.close("the network is gone");
    await time.advance(100);
    expect(peerIn(ben).unmeasured.clockUnknown).toBe(1);
  });
});
