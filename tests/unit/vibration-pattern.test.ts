import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxVibrateDurations, maxVibrateMs } from "../../firmware-bridge/payloads.ts";
import { pulsePeriodMs, vibrationPattern } from "../../web/ble/vibration-pattern.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const onTimeMs = (pattern: readonly number[]): number => sum(pattern.filter((_, i) => i % 2 === 0));

/** What decodeVibration() can give: durations by tens of ms, at most 3 s in all. */
const vibrations = fc.record({
  strengthPercent: fc.integer({ min: 1, max: 100 }),
  durationsMs: fc
    .array(
      fc.integer({ min: 0, max: 255 }).map((tens) => 10 * tens),
      { minLength: 1, maxLength: maxVibrateDurations },
    )
    .filter((durationsMs) => sum(durationsMs) <= maxVibrateMs),
});

describe("vibrationPattern", () => {
  test("should leave a full vibration as it is", () => {
    expect(vibrationPattern({ strengthPercent: 100, durationsMs: [120, 100, 120] })).toEqual([120, 100, 120]);
  });

  test("should make half the strength of half the time, in pulses", () => {
    const pattern = vibrationPattern({ strengthPercent: 50, durationsMs: [2 * pulsePeriodMs] });
    expect(pattern).toEqual([38, 37, 38, 37]);
  });

  test("should keep the rhythm: the last pulse of a part takes the pause that follows", () => {
    expect(vibrationPattern({ strengthPercent: 40, durationsMs: [50, 100, 50] })).toEqual([20, 130, 20, 30]);
  });

  test("should keep a pause at the beginning", () => {
    expect(vibrationPattern({ strengthPercent: 40, durationsMs: [0, 10, 50] })).toEqual([0, 10, 20, 30]);
  });

  test("should take as long as the vibration, whatever the strength", () => {
    fc.assert(
      fc.property(vibrations, (wanted) => sum(vibrationPattern(wanted)) === sum(wanted.durationsMs)),
      { numRuns: 1_000 },
    );
  });

  test("should not be longer than what Chromium takes, which cuts after 99 entries", () => {
    fc.assert(
      fc.property(vibrations, (wanted) => vibrationPattern(wanted).length <= 99),
      { numRuns: 1_000 },
    );
  });

  test("should vibrate no less with more strength", () => {
    fc.assert(
      fc.property(vibrations, (wanted) => {
        const stronger = { ...wanted, strengthPercent: Math.min(100, wanted.strengthPercent + 10) };
        return onTimeMs(vibrationPattern(stronger)) >= onTimeMs(vibrationPattern(wanted));
      }),
    );
  });
});
