import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { capabilities, probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import type { DeviceLink, WriteOutcome } from "../../../../firmware-bridge/devices/device-link.ts";
import { decodeVibration } from "../../../../firmware-bridge/frames/payloads.ts";
import type { Now } from "../../../../gateway/basics/runtime.ts";
import { Downlink } from "../../../../gateway/probes/downlink.ts";
import { patternDurationsMs } from "../../../../gateway/probes/rules.ts";
import { VibrationBudgets } from "../../../../gateway/probes/vibration-budgets.ts";
import {
  buzzRateRange,
  defaultWearerLimits,
  maxVibratingMsPerTenSeconds,
  type WearerLimits,
} from "../../../../gateway/probes/wearer-limits.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { MeasuredMotor } from "../../../support/measured-motor.ts";
import { RecordingLink } from "../../../support/recording-link.ts";

const strong = { strengthPercent: 100, durationsMs: [100] };
const laterMs = 1_000_000;
const vibratingMs = (durationsMs: readonly number[]): number =>
  durationsMs.filter((_, i) => i % 2 === 0).reduce((total, durationMs) => total + durationMs, 0);

const downlinkOf = (link: DeviceLink, limits: WearerLimits, now: Now): Downlink =>
  new Downlink({ link, limits, budget: new VibrationBudgets({ now, wallNow: now }).of(link.deviceId), now });

describe("Downlink", () => {
  let nowMs: number;
  let link: RecordingLink;
  const now = (): number => nowMs;
  const vibrate = (downlink: Downlink) => downlink.vibrate(strong, laterMs);

  beforeEach(() => {
    nowMs = 0;
    link = new RecordingLink();
  });

  it("should scale what a peer wants down to the wearer's limit, and never up", async () => {
    const downlink = downlinkOf(link, { ...defaultWearerLimits, strengthLimit: 30 }, now);
    await vibrate(downlink);
    await downlink.vibrate({ ...strong, strengthPercent: 10 }, laterMs);
    expect(link.written.map(({ payload }) => decodeVibration(payload)?.strengthPercent)).toEqual([30, 10]);
  });

  it("should stay still while muted, except for the wearer's own test", async () => {
    const downlink = downlinkOf(link, { ...defaultWearerLimits, isMuted: true }, now);
    expect(await vibrate(downlink)).toBe("muted");
    expect(link.written).toHaveLength(0);
    expect(await downlink.test(strong, laterMs)).toMatchObject({ kind: "written" });
    expect(link.written).toHaveLength(1);
  });

  it("should begin no more vibrations in any ten seconds than the wearer allows", async () => {
    const downlink = downlinkOf(link, { ...defaultWearerLimits, buzzesPerTenSeconds: 5 }, now);
    const begunMs: number[] = [];
    for (; nowMs < 60_000; nowMs += 70) {
      if ((await vibrate(downlink)) === "written") begunMs.push(nowMs);
    }
    for (const startMs of begunMs) {
      expect(begunMs.filter((ms) => ms >= startMs && ms < startMs + 10_000).length).toBeLessThanOrEqual(5);
    }
    expect(begunMs.length).toBeGreaterThanOrEqual(25);
    expect(downlink.counts.get("rate-limited")).toBeGreaterThan(0);
  });

  it("should not vibrate without end for a peer that asks for the longest again and again", async () => {
    const downlink = downlinkOf(link, { ...defaultWearerLimits, buzzesPerTenSeconds: buzzRateRange.most }, now);
    const longest = { strengthPercent: 100, durationsMs: [1500, 10, 1490] };
    const begunMs: number[] = [];
    for (; nowMs < 60_000; nowMs += 500) {
      if ((await downlink.vibrate(longest, laterMs)) === "written") begunMs.push(nowMs);
    }
    for (const startMs of begunMs) {
      const inTenSeconds = begunMs.filter((ms) => ms >= startMs && ms < startMs + 10_000).length;
      expect(inTenSeconds * 2990).toBeLessThanOrEqual(maxVibratingMsPerTenSeconds);
    }
    expect(begunMs.length).toBeGreaterThanOrEqual(10);
  });

  it("should let through as many of the longest pattern as a wearer allows at first", async () => {
    const downlink = downlinkOf(link, defaultWearerLimits, now);
    const longest = Object.values(patternDurationsMs).reduce((a, b) => (vibratingMs(a) > vibratingMs(b) ? a : b));
    for (let i = 0; i < defaultWearerLimits.buzzesPerTenSeconds; i++) {
      expect(await downlink.vibrate({ strengthPercent: 100, durationsMs: longest }, laterMs)).toBe("written");
    }
  });

  it("should count a vibration that may have been felt although its write failed", async () => {
    class DeafLink extends RecordingLink {
      override async write(): Promise<WriteOutcome> {
        return { kind: "failed", failure: "link-timeout" };
      }
    }
    const downlink = downlinkOf(new DeafLink(), { ...defaultWearerLimits, buzzesPerTenSeconds: 1 }, now);
    expect(await vibrate(downlink)).toBe("failed");
    expect(await vibrate(downlink)).toBe("rate-limited");
  });

  it("should obey a limit that changes while it works", async () => {
    const downlink = downlinkOf(link, defaultWearerLimits, now);
    expect(await vibrate(downlink)).toBe("written");
    downlink.limits = { ...defaultWearerLimits, buzzesPerTenSeconds: 1 };
    expect(await vibrate(downlink)).toBe("rate-limited");
  });

  it("should say so when the probe cannot vibrate", async () => {
    const deaf = new RecordingLink("deaf", { probeClass: probeClasses.armProbe, capabilities: capabilities.motionOut });
    expect(await vibrate(downlinkOf(deaf, defaultWearerLimits, now))).toBe("cannot-vibrate");
  });

  describe("over a slow link, measured at the motor", () => {
    const spanMs = 10_000;
    /** Short, long, and felt only long after they are asked for. */
    const patterns = [[150], [600], [250, 250, 250], [2550, 0, 450], [0, 1500, 1500], [0, 2000, 1000]];

    it("should count a vibration from when it may still be felt, not from when it was asked for", async () => {
      const time = new FakeTime();
      const delaysMs = [990, 0, 0];
      const motor = new MeasuredMotor(time, () => ({ delayMs: delaysMs.shift() ?? 0, beginsAfterShare: 1 }));
      const downlink = downlinkOf(motor, { ...defaultWearerLimits, strengthLimit: 100 }, time.now);
      const longest = { strengthPercent: 100, durationsMs: [2550, 0, 450] };
      for (const waitMs of [3_990, 6_010, 5_000]) {
        void downlink.vibrate(longest, time.now() + 1_000);
        await time.advance(waitMs);
      }
      expect(motor.mostOnWithin(spanMs)).toBeLessThanOrEqual(maxVibratingMsPerTenSeconds);
    });

    it("should not be filled twice by vibrations that begin with a long pause", async () => {
      const time = new FakeTime();
      const motor = new MeasuredMotor(time, () => ({ delayMs: 0, beginsAfterShare: 1 }));
      const downlink = downlinkOf(motor, { ...defaultWearerLimits, strengthLimit: 100 }, time.now);
      const ask = async (durationsMs: readonly number[], waitMs: number): Promise<void> => {
        void downlink.vibrate({ strengthPercent: 100, durationsMs }, time.now() + 1_000);
        await time.advance(waitMs);
      };
      await ask([0, 1500, 1500], 3_000);
      await ask([2550, 0, 450], 3_000);
      await ask([1500], 4_000);
      await ask([1500], 3_000);
      expect(motor.mostOnWithin(spanMs)).toBeLessThanOrEqual(maxVibratingMsPerTenSeconds);
    });

    it("should keep both limits in every ten seconds, whatever is asked for when", async () => {
      const ask = fc.record({
        afterMs: fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 11_000 })),
        durationsMs: fc.constantFrom(...patterns),
        delayMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 990 }), fc.integer({ min: 0, max: 6_000 })),
        beginsAfterShare: fc.constantFrom(0, 0.5, 1),
      });
      const asks = fc.array(ask, { minLength: 5, maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(asks, fc.constantFrom(1, 5, buzzRateRange.most), async (all, buzzesPerTenSeconds) => {
          const time = new FakeTime();
          let writes = 0;
          const motor = new MeasuredMotor(time, () => all[writes++] ?? { delayMs: 0, beginsAfterShare: 1 });
          const limits = { isMuted: false, strengthLimit: 100, buzzesPerTenSeconds };
          const downlink = downlinkOf(motor, limits, time.now);
          for (const { afterMs, durationsMs } of all) {
            await time.advance(afterMs);
            void downlink.vibrate({ strengthPercent: 100, durationsMs }, time.now() + 1_000);
          }
          await time.advance(20_000);
          expect(motor.mostOnWithin(spanMs)).toBeLessThanOrEqual(maxVibratingMsPerTenSeconds);
          expect(motor.mostBegunWithin(spanMs)).toBeLessThanOrEqual(buzzesPerTenSeconds);
          expect(motor.begunMs.length).toBeGreaterThan(0);
        }),
        { numRuns: 300 },
      );
    });
  });
});
