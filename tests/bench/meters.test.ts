// What the bench measures with, on fake time and on this very process.
import { describe, expect, it } from "vitest";
import { makePayload, readMark } from "../../bench/load/payload.ts";
import { seededRandom } from "../../bench/load/seeded-random.ts";
import { afterService, type ServiceTime } from "../../bench/load/service-time.ts";
import { SliceLog, type SliceSpec } from "../../bench/members/slice.ts";
import { offsetOf, ownClockOffset } from "../../bench/meters/machine-clock.ts";
import { cpuMs, hasOsCounters, processTree, residentMb, wireCounters } from "../../bench/meters/os-counters.ts";
import { OutgoingMeter } from "../../bench/meters/processing-meter.ts";
import {
  decodeDeviceWrite,
  decodeNotification,
  encodeDeviceWrite,
  encodeNotification,
  tagAggregate,
  untagAggregate,
} from "../../bench/roles/radio.ts";
import { FakeTime } from "../support/fake-time.ts";

describe("the processing delay", () => {
  it("should be all of the taking in where the message leaves in it", () => {
    let nowMs = 0;
    const meter = new OutgoingMeter(() => nowMs);
    meter.takeIn(() => {
      nowMs += 3;
      meter.left(1, 0.5, 0.5);
      nowMs += 4;
    });
    expect(meter.processing.summary()).toMatchObject({ count: 1, mean: 3 });
  });

  it("should leave out what a message was meant to wait, and count a late timer as delay but not as work", async () => {
    const time = new FakeTime();
    const meter = new OutgoingMeter(time.now);
    meter.takeIn(() => undefined);
    await time.advance(180);
    expect(meter.waitedMs()).toBe(180);
    meter.takeIn(() => undefined);
    meter.left(2, 1.5, 0.5);
    expect(meter.processing.summary()).toMatchObject({ count: 2, mean: 1.5 });
    expect(meter.work.summary()).toMatchObject({ count: 2, mean: 0.5 });
    expect(meter.waitedMs()).toBe(0);
  });
});

describe("the clocks", () => {
  it("should believe the tightest reading, within half of it", () => {
    const readings = [
      { beforeMs: 100, itsMs: 7, afterMs: 110 },
      { beforeMs: 200, itsMs: 99, afterMs: 202 },
    ];
    expect(offsetOf(readings)).toEqual({ offsetMs: 102, errorMs: 1 });
  });

  it("should know the own one to a fraction of a millisecond", () => {
    expect(ownClockOffset().errorMs).toBeLessThan(0.5);
  });
});

describe("the marks", () => {
  const mark = { dueMs: 123_456.789, slice: 65_535 };

  it("should come back from a payload, a notification and a write", () => {
    expect(readMark(makePayload(40, mark))).toEqual(mark);
    expect(readMark(new Uint8Array(9))).toBeUndefined();
    const notification = encodeNotification(48, "gesture", mark, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
    expect(decodeNotification(notification)).toEqual({
      device: 48,
      kind: "gesture",
      mark,
      chunk: Uint8Array.of(1, 2, 3),
    });
    expect(decodeDeviceWrite(encodeDeviceWrite(mark, Uint8Array.of(4)))).toEqual(mark);
    expect(decodeDeviceWrite(notification)).toBeUndefined();
    expect(decodeNotification(encodeDeviceWrite(mark, Uint8Array.of(4)))).toBeUndefined();
  });

  it("should leave an aggregate as it was", () => {
    expect(untagAggregate(tagAggregate(Uint8Array.of(1, 6, 0)))).toEqual(Uint8Array.of(1, 6, 0));
    expect(untagAggregate(encodeDeviceWrite(mark, Uint8Array.of(4)))).toBeUndefined();
  });
});

describe("a slice", () => {
  const spec: SliceSpec = {
    id: 3,
    mode: "earl-mesh",
    windowMs: 180,
    seconds: 2,
    graceMs: 100,
    load: { seed: 1, hz: 4, bytes: 40, distribution: "constant", phase: "random", gesturesPerMinute: 0 },
    members: 3,
  };
  const restOfResult = {
    loopLag: { values: [], sumMs: 0, sumOfSquaresMs: 0, maxMs: 0 },
    bursts: 1,
    messages: 2,
    members: 1,
  };

  it("should count what is its own, by class, from the moment at which it was due", () => {
    const log = new SliceLog(spec, () => 1500);
    log.expect(4);
    log.arrived({ kind: "sample", dueMs: 1400, slice: 3, count: 2 });
    log.arrived({ kind: "gesture", dueMs: 1495, slice: 3, count: 1 });
    log.arrived({ kind: "sample", dueMs: 900, slice: 2, count: 1 });
    log.account("superseded");
    expect(log.progress).toEqual({ expected: 4, settled: 4 });
    const result = log.result(restOfResult);
    expect(result).toMatchObject({ expected: 4, delivered: 3, accounted: { superseded: 1 } });
    expect(result.sample).toMatchObject({ sumMs: 200, maxMs: 100 });
    expect(result.gesture).toMatchObject({ sumMs: 5, maxMs: 5 });
  });

  it("should know the moments that are its own", () => {
    const log = new SliceLog(spec, () => 0);
    expect(log.covers(1000)).toBe(false);
    log.start(1000);
    expect([999.5, 1000, 3000, 3002].map((dueMs) => log.covers(dueMs))).toEqual([true, true, true, false]);
  });
});

describe("a device's service time", () => {
  const service = (change: Partial<ServiceTime>): ServiceTime => ({
    distribution: "constant",
    meanMs: 5,
    by: "sleep",
    ...change,
  });

  it("should wait for as long as it takes", async () => {
    const time = new FakeTime();
    const done: number[] = [];
    const options = { now: time.now, schedule: time.schedule, random: seededRandom(1) };
    afterService({ ...options, service: service({}) }, () => done.push(time.now()));
    afterService({ ...options, service: service({ meanMs: 0 }) }, () => done.push(time.now()));
    await time.advance(10);
    expect(done).toEqual([0, 5]);
  });

  it("should keep the processor busy for as long where that is asked for", () => {
    let nowMs = 0;
    const now = (): number => nowMs++;
    let doneMs = 0;
    const options = { now, schedule: () => () => undefined, random: seededRandom(1) };
    afterService({ ...options, service: service({ by: "busy" }) }, () => {
      doneMs = nowMs;
    });
    expect(doneMs).toBeGreaterThanOrEqual(5);
  });

  it("should be spread exponentially around its mean", async () => {
    const time = new FakeTime();
    const options = { now: time.now, schedule: time.schedule, random: seededRandom(1) };
    const done: number[] = [];
    for (let i = 0; i < 500; i++) {
      afterService({ ...options, service: service({ distribution: "exponential" }) }, () => done.push(time.now()));
    }
    await time.advance(200);
    expect(done).toHaveLength(500);
    expect(done.reduce((sum, ms) => sum + ms, 0) / 500 / 5).toBeCloseTo(1, 0);
  });
});

describe("the system's counters", () => {
  it("should see the work and the memory of this process; on other systems than Linux nothing", async () => {
    if (!hasOsCounters) {
      expect([cpuMs([process.pid]), residentMb([process.pid]), wireCounters()]).toEqual(Array(3).fill(undefined));
      return;
    }
    const before = cpuMs([process.pid]) ?? 0;
    const work = (): number | undefined => {
      for (const untilMs = performance.now() + 20; performance.now() < untilMs; );
      return cpuMs([process.pid]);
    };
    await expect.poll(work).toBeGreaterThan(before);
    expect(residentMb([process.pid])).toBeGreaterThan(10);
    expect(processTree(process.pid)).toContain(process.pid);
    expect(wireCounters()).toEqual({ packets: expect.any(Number), bytes: expect.any(Number) });
  });

  it("should count a process that has ended as nothing", () => {
    expect(cpuMs([2 ** 30]) ?? 0).toBe(0);
  });
});
