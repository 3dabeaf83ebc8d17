import { beforeEach, describe, expect, it } from "vitest";
import type { WriteOutcome } from "../../firmware-bridge/device-link.ts";
import { capabilities, probeClasses } from "../../firmware-bridge/earl-profile.ts";
import { decodeVibration } from "../../firmware-bridge/payloads.ts";
import { Downlink } from "../../gateway/downlink.ts";
import { patternDurationsMs } from "../../gateway/rules.ts";
import { buzzRateRange, defaultWearerLimits, maxVibratingMsPerTenSeconds } from "../../gateway/wearer-limits.ts";
import { RecordingLink } from "../support/recording-link.ts";

const strong = { strengthPercent: 100, durationsMs: [100] };
const laterMs = 1_000_000;
const vibratingMs = (durationsMs: readonly number[]): number =>
  durationsMs.filter((_, i) => i % 2 === 0).reduce((total, durationMs) => total + durationMs, 0);

describe("Downlink", () => {
  let nowMs: number;
  let link: RecordingLink;
  const now = (): number => nowMs;
  const vibrate = (downlink: Downlink) => downlink.vibrate(strong, laterMs, "peer");

  beforeEach(() => {
    nowMs = 0;
    link = new RecordingLink();
  });

  it("should scale what a peer wants down to the wearer's limit, and never up", async () => {
    const downlink = new Downlink(link, { ...defaultWearerLimits, strengthLimit: 30 }, now);
    await vibrate(downlink);
    await downlink.vibrate({ ...strong, strengthPercent: 10 }, laterMs, "peer");
    expect(link.written.map(({ payload }) => decodeVibration(payload)?.strengthPercent)).toEqual([30, 10]);
  });

  it("should stay still while muted, except for the wearer's own test", async () => {
    const downlink = new Downlink(link, { ...defaultWearerLimits, isMuted: true }, now);
    expect(await vibrate(downlink)).toBe("muted");
    expect(link.written).toHaveLength(0);
    expect(await downlink.vibrate(strong, laterMs, "wearer")).toBe("written");
    expect(link.written).toHaveLength(1);
  });

  it("should begin no more vibrations in any ten seconds than the wearer allows", async () => {
    const downlink = new Downlink(link, { ...defaultWearerLimits, buzzesPerTenSeconds: 5 }, now);
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

  it("should not vibrate without end for somebody who asks for the longest again and again", async () => {
    const downlink = new Downlink(link, { ...defaultWearerLimits, buzzesPerTenSeconds: buzzRateRange.most }, now);
    const longest = { strengthPercent: 100, durationsMs: [1500, 10, 1490] };
    const begunMs: number[] = [];
    for (; nowMs < 60_000; nowMs += 500) {
      if ((await downlink.vibrate(longest, laterMs, "peer")) === "written") begunMs.push(nowMs);
    }
    for (const startMs of begunMs) {
      const inTenSeconds = begunMs.filter((ms) => ms >= startMs && ms < startMs + 10_000).length;
      expect(inTenSeconds * 2990).toBeLessThanOrEqual(maxVibratingMsPerTenSeconds);
    }
    expect(begunMs.length).toBeGreaterThanOrEqual(10);
  });

  it("should let through as many of the longest pattern as a wearer allows at first", async () => {
    const downlink = new Downlink(link, defaultWearerLimits, now);
    const longest = Object.values(patternDurationsMs).reduce((a, b) => (vibratingMs(a) > vibratingMs(b) ? a : b));
    for (let i = 0; i < defaultWearerLimits.buzzesPerTenSeconds; i++) {
      expect(await downlink.vibrate({ strengthPercent: 100, durationsMs: longest }, laterMs, "peer")).toBe("written");
    }
  });

  it("should count a vibration that may have been felt although its write failed", async () => {
    class DeafLink extends RecordingLink {
      override async write(): Promise<WriteOutcome> {
        return { kind: "failed", failure: "link-timeout" };
      }
    }
    const downlink = new Downlink(new DeafLink(), { ...defaultWearerLimits, buzzesPerTenSeconds: 1 }, now);
    expect(await vibrate(downlink)).toBe("failed");
    expect(await vibrate(downlink)).toBe("rate-limited");
  });

  it("should obey a limit that changes while it works", async () => {
    const downlink = new Downlink(link, defaultWearerLimits, now);
    expect(await vibrate(downlink)).toBe("written");
    downlink.limits = { ...defaultWearerLimits, buzzesPerTenSeconds: 1 };
    expect(await vibrate(downlink)).toBe("rate-limited");
  });

  it("should say so when the probe cannot vibrate", async () => {
    const deaf = new RecordingLink("deaf", { probeClass: probeClasses.armProbe, capabilities: capabilities.motionOut });
    expect(await vibrate(new Downlink(deaf, defaultWearerLimits, now))).toBe("cannot-vibrate");
  });
});
