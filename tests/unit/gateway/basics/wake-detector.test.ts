import { beforeEach, describe, expect, it } from "vitest";
import { sleeplessClock } from "../../../../gateway/basics/sleepless-clock.ts";
import { beatMs, clockStepMs, sleepGapMs, WakeDetector } from "../../../../gateway/basics/wake-detector.ts";

describe("WakeDetector", () => {
  let nowMs: number;
  let wallMs: number;
  let detector: WakeDetector;
  const pass = (ms: number): void => {
    nowMs += ms;
    wallMs += ms;
  };

  beforeEach(() => {
    nowMs = 10_000;
    wallMs = 1_800_000_000_000;
    detector = new WakeDetector({ now: () => nowMs, monotonicNow: () => nowMs, wallNow: () => wallMs });
  });

  it("should say nothing of a page whose timers are late, as a busy or hidden page's are", () => {
    for (const lateMs of [0, 300, 1_000, sleepGapMs - beatMs]) {
      pass(beatMs + lateMs);
      expect(detector.check()).toBe(false);
      expect(detector.beat()).toBe(false);
    }
  });

  it("should notice a sleep before the first beat, and once", () => {
    pass(sleepGapMs + 1);
    expect(detector.check()).toBe(true);
    expect(detector.check()).toBe(false);
    expect(detector.beat()).toBe(false);
  });

  it("should notice a sleep in which the monotonic clock stood still", () => {
    wallMs += 60_000;
    nowMs += 10;
    expect(detector.check()).toBe(true);
    expect(detector.check()).toBe(false);
  });

  it("should notice that a sleepless clock has jumped, by a sleep or because the wall clock was set, and once", () => {
    const monotonicNow = (): number => nowMs;
    const wallNow = (): number => wallMs;
    const now = sleeplessClock(monotonicNow, wallNow);
    detector = new WakeDetector({ now, monotonicNow, wallNow });
    for (const jumpMs of [clockStepMs + 1, 2_000, sleepGapMs - beatMs]) {
      wallMs += jumpMs;
      now(); // Whichever code reads it first.
      pass(10);
      expect(detector.check()).toBe(true);
      expect(detector.check()).toBe(false);
      pass(beatMs);
      expect(detector.beat()).toBe(false);
    }
    wallMs += clockStepMs - 1;
    expect(detector.check()).toBe(false);
  });

  it("should bear a wall clock that is corrected little by little for hours", () => {
    for (let second = 0; second < 8 * 3600; second++) {
      pass(beatMs);
      wallMs += 0.5; // As fast as NTP slews.
      expect(detector.beat()).toBe(false);
    }
    expect(Math.abs(wallMs - nowMs - (1_800_000_000_000 - 10_000))).toBeGreaterThan(clockStepMs);
  });
});
