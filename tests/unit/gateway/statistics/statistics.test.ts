import { beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { encodeMotion } from "../../../../firmware-bridge/frames/payloads.ts";
import { defaultWearerLimits } from "../../../../gateway/probes/wearer-limits.ts";
import { sumOf } from "../../../../gateway/records/ledger.ts";
import { LatencyTest, type LatencyTestResult, pingRateRange } from "../../../../gateway/statistics/latency-test.ts";
import type { DelayClass, StatisticsSnapshot } from "../../../../gateway/statistics/statistics-types.ts";
import { encodeMessage } from "../../../../gateway/wire/encode-message.ts";
import { defaultWindowMs } from "../../../../gateway/wire/record.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { connect, newMember } from "../../../support/memory-room.ts";
import { makeGesture } from "../../../support/records.ts";
import { brokenNumbersIn, type MeasuredMember, newMeasuredMember } from "../../../support/statistics-room.ts";

const wayMs = 40;

describe("Statistics", () => {
  let time: FakeTime;
  let anna: MeasuredMember;
  let ben: MeasuredMember;

  beforeEach(async () => {
    time = new FakeTime(50_000);
    anna = await newMeasuredMember(time, "Anna");
    ben = await newMeasuredMember(time, "Ben", { clockOffsetMs: 3_600_000 });
  });

  const peerOf = ({ peers }: StatisticsSnapshot) => {
    const [peer] = peers;
    if (peer === undefined) throw new Error("no peer");
    return peer;
  };
  const motion = (member: MeasuredMember) =>
    member.link.emit({
      kind: kinds.motion,
      payload: encodeMotion({ clockMs: 0, x: 0, y: 0, z: 1000 }),
      receivedAtMs: member.now(),
    });

  it("should give the one-way delay of each class within its bound, with an hour between the clocks", async () => {
    await connect(time, anna, ben, () => wayMs);
    ben.gateway.watch(ben.peerOf(anna).gatewayId, anna.probe.index, 0);
    await time.advance(12_000);
    for (let i = 0; i < 10; i++) {
      anna.gesture("wave");
      motion(anna);
      await time.advance(500);
    }
    const { oneWay } = peerOf(ben.snapshot());
    for (const delayClass of ["urgent", "ping", "prompt"] as const) {
      const summary = oneWay[delayClass].lastMinute;
      expect(summary?.count).toBeGreaterThan(1);
      for (const toldMs of [summary?.p50Ms ?? 0, summary?.p99Ms ?? 0])
        expect(Math.abs(toldMs - wayMs)).toBeLessThanOrEqual(summary?.boundMs ?? 0);
    }
    expect(oneWay.urgent.sinceStart?.count).toBe(10);
    expect(oneWay.urgent.jitterMs).toBeCloseTo(0, 6);
    // A sample is held back to share a packet as long as it may be.
    const sample = oneWay.sample.lastMinute;
    expect(sample?.count).toBe(10);
    expect(Math.abs((sample?.p50Ms ?? 0) - wayMs - defaultWindowMs)).toBeLessThanOrEqual((sample?.boundMs ?? 0) + 3);
    expect(oneWay.command.sinceStart).toBeUndefined();
  });

  it("should measure what came too late as well, or the delay of a bad way would look good", async () => {
    let isSlow = false;
    await connect(time, anna, ben, () => (isSlow ? 3_000 : 5));
    await time.advance(1_000);
    isSlow = true;
    anna.gesture("wave");
    await time.advance(3_100);
    const peer = peerOf(ben.snapshot());
    expect(peer.ledger.late).toBe(1);
    expect(peer.oneWay.urgent.lastMinute?.maxMs).toBeGreaterThan(2_900);
  });

  it("should measure from the notification here to the end of the write there", async () => {
    await connect(time, anna, ben, () => wayMs);
    await time.advance(1_000);
    for (let i = 0; i < 5; i++) {
      anna.gesture("wave");
      await time.advance(3_000);
    }
    const { probeToProbe, doneOutcomes, recentOutcomes } = peerOf(anna.snapshot());
    expect(doneOutcomes).toEqual({ written: 5, superseded: 0, expired: 0, failed: 0 });
    expect(recentOutcomes).toEqual(doneOutcomes);
    const summary = probeToProbe.sinceStart;
    expect(summary?.count).toBe(5);
    expect(Math.abs((summary?.p50Ms ?? 0) - wayMs)).toBeLessThanOrEqual((summary?.boundMs ?? 0) + 1);
    expect(anna.snapshot().all.probeToProbe.sinceStart?.count).toBe(5);
  });

  it("should not report to a peer what the wearer has refused", async () => {
    await connect(time, anna, ben, () => 5);
    ben.gateway.setLimits({ ...defaultWearerLimits, isMuted: true });
    anna.gesture("wave");
    await time.advance(100);
    ben.gateway.setLimits(defaultWearerLimits);
    ben.gateway.mutePeer(ben.peerOf(anna).gatewayId, true);
    anna.gesture("wave");
    await time.advance(100);
    ben.gateway.mutePeer(ben.peerOf(anna).gatewayId, false);
    ben.gateway.setRules([]);
    anna.gesture("wave");
    await time.advance(100);
    expect(peerOf(anna.snapshot()).doneOutcomes).toEqual({ written: 0, superseded: 0, expired: 0, failed: 0 });
  });

  it("should count a write that no record asked for apart, and ignore an outcome that it does not know", async () => {
    const { callee } = await connect(time, anna, ben, () => 5);
    for (const outcome of [1, 200]) {
      callee.send(encodeMessage([{ type: "done", writes: [{ probe: 1, sequence: 77, timeUs: 1, outcome }] }]));
      await time.advance(50);
    }
    const peer = peerOf(anna.snapshot());
    expect(peer.unmeasured.unknownRecord).toBe(1);
    expect(peer.probeToProbe.sinceStart).toBeUndefined();
    expect(peer.state.kind).toBe("connected");
  });

  it("should count impossible timestamps separately, and give no figure that is not finite", async () => {
    const { dialer } = await connect(time, anna, ben, () => 5);
    await time.advance(1_000);
    await time.advance(30_000);
    const timesUs = [() => anna.now() * 1000 + 10e6, () => 2 ** 51, () => 0, () => anna.now() * 1000];
    for (const [sequence, timeUs] of timesUs.entries()) {
      const records = [makeGesture({ sequence, timeUs: timeUs() })];
      dialer.send(encodeMessage([{ type: "aggregate", rosterVersion: 1, records }]));
      await time.advance(20);
    }
    const { all } = ben.snapshot();
    expect(all.unmeasured).toMatchObject({ fromTheFuture: 2, absurdlyOld: 1 });
    expect(all.oneWay.urgent.sinceStart?.count).toBe(1);
    expect(all.oneWay.urgent.sinceStart?.maxMs).toBeLessThan(10);
    expect(brokenNumbersIn(ben.snapshot())).toEqual([]);
  });

  it("should count a clock that steps, and go on with figures that are true", async () => {
    let stepMs = 0;
    const cleo = await newMeasuredMember(time, "Cleo", { now: () => time.now() + 7_000 + stepMs });
    await connect(time, cleo, ben, () => wayMs);
    await time.advance(15_000);
    stepMs = 4_000;
    await time.advance(30_000);
    expect(peerOf(ben.snapshot()).clockSteps).toBeGreaterThanOrEqual(1);
    await time.advance(60_000);
    cleo.gesture("wave");
    await time.advance(500);
    const { urgent, ping } = peerOf(ben.snapshot()).oneWay;
    const summary = urgent.lastMinute;
    expect(Math.abs((summary?.p50Ms ?? 0) - wayMs)).toBeLessThanOrEqual((summary?.boundMs ?? 0) + 1);
    expect(ping.jitterMs).toBeLessThan(1);
    expect(brokenNumbersIn(ben.snapshot())).toEqual([]);
  });

  it("should count what goes over the channel, and its rate", async () => {
    await connect(time, anna, ben, () => 5);
    for (let i = 0; i < 120; i++) {
      anna.gesture("wave");
      await time.advance(500);
    }
    const sender = peerOf(anna.snapshot());
    const receiver = peerOf(ben.snapshot());
    expect(sender.totals.recordsOut).toBe(120);
    expect(receiver.totals.recordsIn).toBe(120);
    expect(sender.totals.messagesOut).toBe(receiver.totals.messagesIn);
    expect(sender.totals.bytesOut).toBe(receiver.totals.bytesIn);
    expect(sender.rates.recordsOutPerSecond).toBeCloseTo(2, 0);
    expect(receiver.rates.recordsInPerSecond).toBeCloseTo(2, 0);
    expect(anna.snapshot().all.rates).toEqual(sender.rates);
    expect(anna.snapshot().all.totals).toEqual(sender.totals);
  });

  it("should say why aggregates leave, and how full they are", async () => {
    await connect(time, anna, ben, () => 5);
    ben.gateway.watch(ben.peerOf(anna).gatewayId, anna.probe.index, 0);
    await time.advance(100);
    for (let i = 0; i < 4; i++) motion(anna);
    await time.advance(defaultWindowMs);
    for (let i = 0; i < 100; i++) motion(anna);
    anna.gesture("wave");
    anna.gateway.buzz("all", "short");
    const { mux } = anna.snapshot().all;
    expect(mux.flushes).toMatchObject({ window: 1, urgent: 1, directed: 1 });
    expect(mux.flushes.full).toBeGreaterThanOrEqual(1);
    expect(mux.recordsPerAggregate.sinceStart?.max).toBeGreaterThan(50);
    expect(mux.bytesPerRecord.sinceStart?.p50).toBeGreaterThan(8);
    expect(mux.wait.sinceStart?.maxMs).toBeCloseTo(defaultWindowMs, 0);
  });

  it("should count reconnections, and keep the figures over them", async () => {
    const { dialer } = await connect(time, anna, ben, () => 5);
    anna.gesture("wave");
    await time.advance(2_000);
    dialer.close("the network is gone");
    await time.advance(1_000);
    expect(peerOf(ben.snapshot()).state.kind).toBe("gone");
    await connect(time, anna, ben, () => 5);
    anna.gesture("wave");
    await time.advance(2_000);
    const peer = peerOf(ben.snapshot());
    expect(peer.reconnects).toBe(1);
    expect(peer.oneWay.urgent.sinceStart?.count).toBe(2);
  });

  it("should know a probe by its messages and writes", async () => {
    await connect(time, anna, ben, () => 5);
    for (let i = 0; i < 10; i++) {
      motion(anna);
      await time.advance(1_000);
    }
    ben.gesture("wave");
    await time.advance(100);
    const [probe] = anna.snapshot().probes;
    expect(probe).toMatchObject({ name: "Anna's arm", messagesIn: 10, writesPending: 0, mostWritesPending: 1 });
    expect(probe?.messagesInPerSecond).toBeCloseTo(1, 0);
    expect(probe?.writeLatency.sinceStart?.count).toBe(1);
    expect(probe?.buzzes).toEqual({ written: 1 });
  });

  it("should leave a gateway as it is: the same bytes with it and without", async () => {
    const bytes = async (isMeasured: boolean): Promise<readonly number[]> => {
      const clock = new FakeTime(50_000);
      const join = isMeasured ? newMeasuredMember : newMember;
      const dora = await join(clock, "Dora");
      const emil = await join(clock, "Emil");
      const { dialer } = await connect(clock, dora, emil, () => 5);
      const sizes: number[] = [];
      const send = dialer.send.bind(dialer);
      dialer.send = (message) => sizes.push(message.length) > 0 && send(message);
      for (let i = 0; i < 5; i++) {
        dora.gesture("wave");
        await clock.advance(1_000);
      }
      return sizes;
    };
    expect(await bytes(true)).toEqual(await bytes(false));
  });

  it("should measure the ways now, by pings at the rate that is asked for, and stop", async () => {
    await connect(time, anna, ben, (nth) => (nth % 2 === 0 ? 12 : 20));
    await time.advance(1_000);
    let ended = 0;
    const latencyTest = new LatencyTest({
      now: time.now,
      schedule: time.schedule,
      gateway: anna.gateway,
      statistics: anna.statistics,
      pingsPerSecond: 10,
      durationMs: 5_000,
      onEnd: () => ended++,
    });
    await time.advance(5_200);
    const [result] = latencyTest.results() as [LatencyTestResult];
    expect(ended).toBe(1);
    expect(result.pingsSent).toBe(50);
    expect(result.pongsReceived).toBeGreaterThanOrEqual(49);
    const { roundTrip, toPeer, fromPeer, roundTripBins } = result;
    expect(roundTrip?.p50Ms).toBeGreaterThanOrEqual(24);
    expect(roundTrip?.maxMs).toBeLessThanOrEqual(41);
    expect((toPeer?.p50Ms ?? 0) + (fromPeer?.p50Ms ?? 0)).toBeGreaterThan(20);
    expect(roundTripBins.reduce((sum, { count }) => sum + count, 0)).toBe(result.pongsReceived);
    await time.advance(3_000);
    expect(latencyTest.results()[0]?.pongsReceived).toBe(result.pongsReceived);
    latencyTest.stop();
    expect(ended).toBe(1);
  });

  it("should ping no faster than a peer allows, whatever rate is requested, and end when it is stopped", async () => {
    await connect(time, anna, ben, () => 5);
    let ended = 0;
    const latencyTest = new LatencyTest({
      now: time.now,
      schedule: time.schedule,
      gateway: anna.gateway,
      statistics: anna.statistics,
      pingsPerSecond: 1_000,
      durationMs: 1e9,
      onEnd: () => ended++,
    });
    await time.advance(10_000);
    latencyTest.stop();
    expect(ended).toBe(1);
    expect(latencyTest.results()[0]?.pingsSent).toBeLessThanOrEqual(10 * pingRateRange.most + 1);
    expect(peerOf(anna.snapshot()).state.kind).toBe("connected");
  });

  it("should add up over the whole room, with a channel lost on the way", async () => {
    const cleo = await newMeasuredMember(time, "Cleo", { clockOffsetMs: -7_000 });
    const room = [anna, ben, cleo];
    const pairs = [
      [anna, ben],
      [ben, cleo],
      [cleo, anna],
    ] as const;
    for (const [dialer, callee] of pairs) await connect(time, dialer, callee, () => 15);
    for (let i = 0; i < 10; i++) {
      for (const member of room) member.gesture("tap");
      if (i === 4) anna.peerOf(ben).channel?.close("the network is gone");
      await time.advance(700);
      if (i === 4) await connect(time, anna, ben, () => 15);
    }
    await time.advance(11_000);
    const totals = room.map((member) => member.snapshot().all.traffic);
    const sum = (count: (traffic: (typeof totals)[number]) => number): number =>
      totals.reduce((total, traffic) => total + count(traffic), 0);
    const fate = sum(
      ({ delivered, duplicate, late, dropped, lost }) => delivered + duplicate + late + sumOf(dropped) + lost,
    );
    expect(sum(({ sent }) => sent)).toBe(fate);
    expect(sum(({ sent }) => sent)).toBeGreaterThanOrEqual(58);
    expect(sum(({ lost }) => lost)).toBeGreaterThanOrEqual(1);
  });

  it("should go on with a peer's counts, as its ledger does, when it comes back after it was forgotten", async () => {
    const { dialer, callee } = await connect(time, ben, anna, () => 15);
    ben.gesture("tap");
    await time.advance(5_000);
    const before = peerOf(anna.snapshot());
    expect(before.totals.recordsIn).toBe(1);
    dialer.cut();
    callee.cut();
    await time.advance(30 * 60_000);
    expect(anna.snapshot().peers).toEqual([]);
    await connect(time, ben, anna, () => 15);
    await time.advance(1_000);
    const { peers, all } = anna.snapshot();
    const [after = expect.fail("it is back")] = peers;
    for (const count of ["messagesIn", "messagesOut", "bytesIn", "bytesOut", "recordsIn"] as const)
      expect(after.totals[count]).toBeGreaterThanOrEqual(before.totals[count]);
    expect(after.totals).toEqual(all.totals);
    expect([after.reconnects, all.reconnects]).toEqual([1, 1]);
    expect(after.unmeasured).toEqual(all.unmeasured);
    // What takes half a megabyte is not kept.
    expect(after.oneWay.urgent.sinceStart).toBeUndefined();
  });

  it("should call nothing lost of what a page took before it left, and the rest", async () => {
    await connect(time, anna, ben, () => 5);
    for (let i = 0; i < 20; i++) {
      anna.gesture("tap");
      await time.advance(300);
    }
    anna.gesture("tap"); // Still underway when Ben is gone.
    await ben.gateway.close();
    await time.advance(100);
    expect(peerOf(anna.snapshot())).toMatchObject({ state: { kind: "gone" }, ledger: { sent: 21, lost: 1 } });
  });

  it("should know what a removed page took, and what one that sends no ledger before its bye has confirmed", async () => {
    const { callee } = await connect(time, anna, ben, () => 5);
    anna.gesture("tap");
    await time.advance(300);
    callee.send(encodeMessage([{ type: "bye", reason: 1 }]));
    await time.advance(100);
    expect(peerOf(anna.snapshot()).ledger).toMatchObject({ sent: 1, lost: 1 });
    await connect(time, anna, ben, () => 5);
    await time.advance(100);
    expect(peerOf(anna.snapshot()).ledger).toMatchObject({ sent: 1, lost: 0 });
    anna.gesture("tap");
    await time.advance(300);
    ben.peerOf(anna).close("removed", "it is removed");
    await time.advance(100);
    expect(peerOf(anna.snapshot()).ledger).toMatchObject({ sent: 2, lost: 0 });
  });

  it("should give the jitter of what came in the last minute, and of no peer that has left", async () => {
    const cleo = await newMeasuredMember(time, "Cleo");
    const { dialer } = await connect(time, cleo, ben, (nth) => (nth % 2 === 0 ? 300 : 5));
    await connect(time, anna, ben, () => 5);
    for (let i = 0; i < 40; i++) {
      cleo.gesture("wave");
      anna.gesture("wave");
      await time.advance(700);
    }
    const jitterOf = (delayClass: DelayClass) => {
      const { peers, all } = ben.snapshot();
      return [...peers, all].map(({ oneWay }) => oneWay[delayClass].jitterMs);
    };
    expect(jitterOf("urgent")).toEqual([
      expect.any(Number),
      expect.closeTo(0, 6),
      ben.snapshot().peers[0]?.oneWay.urgent.jitterMs,
    ]);
    expect(jitterOf("urgent")[0]).toBeGreaterThan(100);
    dialer.close("the network is gone");
    await time.advance(70_000);
    expect(jitterOf("urgent")).toEqual([undefined, undefined, undefined]);
    const [ofCleo, ofAnna, ofAll] = jitterOf("prompt");
    expect(ofCleo).toBeUndefined();
    expect(ofAnna).toBeLessThan(1);
    expect(ofAll).toBe(ofAnna);
    await connect(time, cleo, ben, () => 5);
    cleo.gesture("wave");
    await time.advance(700);
    expect(jitterOf("urgent")[0]).toBeUndefined();
    cleo.gesture("wave");
    await time.advance(700);
    expect(jitterOf("urgent")[0]).toBeCloseTo(0, 6);
  });

  it("should show a page that is killed as asleep, then gone, and keep what was measured of it", async () => {
    const { dialer, callee } = await connect(time, ben, anna, () => 15);
    ben.gesture("tap");
    await time.advance(5_000);
    dialer.cut();
    callee.cut();
    const states: string[] = [];
    for (let i = 0; i < 80; i++) {
      await time.advance(1_000);
      const { kind } = peerOf(anna.snapshot()).state;
      if (states.at(-1) !== kind) states.push(kind);
    }
    expect(states).toEqual(["connected", "asleep", "gone"]);
    const peer = peerOf(anna.snapshot());
    expect(peer.oneWay.urgent.sinceStart?.count).toBe(1);
    expect(peer.oneWay.urgent.lastMinute).toBeUndefined();
    expect(brokenNumbersIn(anna.snapshot())).toEqual([]);
  });
});
