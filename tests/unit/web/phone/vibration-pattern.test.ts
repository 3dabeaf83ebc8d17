import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxVibrateDurations, maxVibrateMs, type Vibration } from "../../../../firmware-bridge/frames/payloads.ts";
import { patternDurationsMs } from "../../../../gateway/probes/rules.ts";
import { strengthLimitRange } from "../../../../gateway/probes/wearer-limits.ts";
import {
  PhoneMotor,
  pulsePeriodMs,
  shortestPulseMs,
  vibrationPattern,
} from "../../../../web/phone/vibration-pattern.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const onTimeMs = (pattern: readonly number[]): number => sum(pattern.filter((_, i) => i % 2 === 0));

/** From when to when it is on; one span where no pause is between. */
const spansOf = (pattern: readonly number[]): (readonly [fromMs: number, toMs: number])[] => {
  const spans: (readonly [fromMs: number, toMs: number])[] = [];
  let atMs = 0;
  for (const [i, durationMs] of pattern.entries()) {
    const last = spans.at(-1);
    if (i % 2 === 0 && durationMs > 0) {
      if (last?.[1] === atMs) spans[spans.length - 1] = [last[0], atMs + durationMs];
      else spans.push([atMs, atMs + durationMs]);
    }
    atMs += durationMs;
  }
  return spans;
};

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
    expect(pattern).toEqual([37, 38, 38, 37]);
  });

  test("should keep the rhythm: the last pulse of a part takes the pause that follows", () => {
    expect(vibrationPattern({ strengthPercent: 40, durationsMs: [50, 100, 50] })).toEqual([20, 130, 20, 30]);
  });

  test("should keep a pause at the beginning", () => {
    expect(vibrationPattern({ strengthPercent: 40, durationsMs: [0, 10, 50] })).toEqual([0, 10, 20, 30]);
  });

  test("should make one vibration of parts that no pause parts, as short as they may be", () => {
    const inPieces = Array.from({ length: 13 }, (_, i) => (i % 2 === 0 ? 10 : 0));
    expect(vibrationPattern({ strengthPercent: 30, durationsMs: inPieces })).toEqual([21, 49]);
  });

  test("should leave out what it cannot make weaker, once it has made itself felt", () => {
    expect(vibrationPattern({ strengthPercent: 5, durationsMs: [10, 10, 10, 10, 10] })).toEqual([10, 40]);
    expect(vibrationPattern({ strengthPercent: 5, durationsMs: [150, 100, 150] })).toEqual([15, 385]);
  });

  test("should spread the pulses of the least strength evenly", () => {
    const pattern = vibrationPattern({ strengthPercent: 5, durationsMs: [1200] });
    expect(pattern).toEqual([15, 285, 15, 285, 15, 285, 15, 285]);
  });

  test("should be on for no more than its share, or for one shortest pulse", () => {
    fc.assert(
      fc.property(vibrations, (wanted) => {
        const shareMs = (onTimeMs(wanted.durationsMs) * wanted.strengthPercent) / 100;
        return onTimeMs(vibrationPattern(wanted)) <= Math.max(shareMs, shortestPulseMs);
      }),
      { numRuns: 5_000 },
    );
  });

  test("should be on only while the vibration is", () => {
    fc.assert(
      fc.property(vibrations, (wanted) => {
        const asked = spansOf(wanted.durationsMs);
        return spansOf(vibrationPattern(wanted)).every(([fromMs, toMs]) =>
          asked.some(([askedFromMs, askedToMs]) => fromMs >= askedFromMs && toMs <= askedToMs),
        );
      }),
      { numRuns: 5_000 },
    );
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
    for (let durationMs = 10; durationMs <= 2_550; durationMs += 10) {
      let weakerMs = 0;
      for (let strengthPercent = 1; strengthPercent <= 100; strengthPercent++) {
        const onMs = onTimeMs(vibrationPattern({ strengthPercent, durationsMs: [durationMs] }));
        expect(onMs).toBeGreaterThanOrEqual(weakerMs);
        weakerMs = onMs;
      }
    }
  });

  test("should vibrate less with more strength by less than one pulse, where what is left in many parts is too short for one", () => {
    fc.assert(
      fc.property(vibrations, (wanted) => {
        const stronger = { ...wanted, strengthPercent: Math.min(100, wanted.strengthPercent + 10) };
        return onTimeMs(vibrationPattern(stronger)) > onTimeMs(vibrationPattern(wanted)) - shortestPulseMs;
      }),
      { numRuns: 1_000 },
    );
  });

  test("should keep the beat of a rhythm that has to be weak", () => {
    const durationsMs = patternDurationsMs.pulse;
    expect(vibrationPattern({ strengthPercent: 20, durationsMs })).toEqual([16, 144, 16, 144, 16, 144, 16, 64]);
  });
});

describe("PhoneMotor", () => {
  /**
   * Each pattern ends the one that runs, as in a browser: how long the motor is on in all, and when the last pattern is
   * over.
   */
  const run = (motor: PhoneMotor, asks: readonly { readonly atMs: number; readonly wanted: Vibration }[]) => {
    let onMs = 0;
    let endsAtMs = 0;
    for (const [i, { atMs, wanted }] of asks.entries()) {
      const leftMs = (asks[i + 1]?.atMs ?? Number.POSITIVE_INFINITY) - atMs;
      const pattern = motor.patternOf(wanted, atMs);
      for (const [fromMs, toMs] of spansOf(pattern)) onMs += Math.max(0, Math.min(toMs, leftMs) - fromMs);
      endsAtMs = atMs + sum(pattern);
    }
    return { onMs, endsAtMs };
  };

  test("should begin at once after one that is over, and after one of full strength", () => {
    const motor = new PhoneMotor();
    expect(motor.patternOf({ strengthPercent: 50, durationsMs: [50] }, 0)).toEqual([25, 25]);
    expect(motor.patternOf({ strengthPercent: 100, durationsMs: [50] }, 50)).toEqual([50]);
    expect(motor.patternOf({ strengthPercent: 50, durationsMs: [50] }, 60)).toEqual([25, 25]);
  });

  test("should rest first after a pulse that it has not rested from", () => {
    const motor = new PhoneMotor();
    motor.patternOf({ strengthPercent: 20, durationsMs: [600] }, 0);
    expect(motor.patternOf({ strengthPercent: 20, durationsMs: [75] }, 10)).toEqual([0, 40, 15, 60]);
    expect(motor.patternOf({ strengthPercent: 20, durationsMs: [75] }, 20)).toEqual([0, 30, 15, 60]);
  });

  test("should not let a command that asks for next to nothing keep the next one waiting for long", () => {
    const motor = new PhoneMotor();
    motor.patternOf({ strengthPercent: 1, durationsMs: [600] }, 0);
    expect(motor.patternOf({ strengthPercent: 80, durationsMs: [150] }, 15)[1]).toBeLessThanOrEqual(300);
  });

  test("should keep its share whatever follows whatever, but for one shortest pulse", () => {
    const asked = fc.array(fc.record({ afterMs: fc.integer({ min: 0, max: 400 }), wanted: vibrations }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(asked, fc.integer({ min: strengthLimitRange.least, max: 99 }), (asks, limitPercent) => {
        let atMs = 0;
        const limited = asks.map(({ afterMs, wanted }, i) => {
          if (i > 0) atMs += afterMs;
          return { atMs, wanted: { ...wanted, strengthPercent: Math.min(limitPercent, wanted.strengthPercent) } };
        });
        const { onMs, endsAtMs } = run(new PhoneMotor(), limited);
        expect(onMs).toBeLessThanOrEqual((endsAtMs * limitPercent) / 100 + shortestPulseMs + 1e-6);
      }),
      { numRuns: 2_000 },
    );
  });

  test("should keep its share however often it is begun again", () => {
    for (const strengthPercent of [5, 30, 80]) {
      for (let everyMs = 5; everyMs <= 150; everyMs += 5) {
        const wanted = { strengthPercent, durationsMs: [3000] };
        const asks = Array.from({ length: 20 }, (_, i) => ({ atMs: i * everyMs, wanted }));
        const { onMs, endsAtMs } = run(new PhoneMotor(), asks);
        expect(onMs).toBeLessThanOrEqual((endsAtMs * strengthPercent) / 100 + shortestPulseMs);
      }
    }
  });
});
