import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatteryForecaster } from "../../gateway/battery-forecast.ts";

const hourMs = 3_600_000;
const shiftMs = 8 * hourMs;
const options = { shiftEndsAtMs: shiftMs, capacityWh: undefined };

/** What a browser tells of a battery that drains evenly: whole percent, looked at every `everyMs`. */
const drained = (percentPerHour: number, startPercent: number, forMs: number, everyMs = 1_000) => {
  const forecaster = new BatteryForecaster();
  for (let atMs = 0; atMs <= forMs; atMs += everyMs) {
    const exact = startPercent - (percentPerHour * atMs) / hourMs;
    forecaster.read({ atMs, levelPercent: Math.round(exact), isCharging: false });
  }
  return forecaster;
};

describe("battery forecast", () => {
  it("should say why it knows nothing", () => {
    const forecaster = new BatteryForecaster();
    expect(forecaster.forecast(0, options)).toEqual({ kind: "unknown", reason: "no-reading" });
    forecaster.read({ atMs: 0, levelPercent: 80, isCharging: false });
    forecaster.read({ atMs: 60_000, levelPercent: 79, isCharging: false });
    expect(forecaster.forecast(60_000, options)).toEqual({ kind: "unknown", reason: "too-early" });
    forecaster.read({ atMs: 70_000, levelPercent: 79, isCharging: true });
    expect(forecaster.forecast(70_000, options)).toEqual({ kind: "unknown", reason: "charging" });
  });

  it("should hold the true drain and the true time left within what it states", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 3, max: 40, noNaN: true }),
        fc.double({ min: 60, max: 100, noNaN: true }),
        (percentPerHour, startPercent) => {
          const afterMs = hourMs;
          const forecast = drained(percentPerHour, startPercent, afterMs, 10_000).forecast(afterMs, options);
          if (forecast.kind === "unknown") throw new Error(forecast.reason);
          const { value, plusMinus } = forecast.drainPercentPerHour;
          expect(Math.abs(value - percentPerHour)).toBeLessThanOrEqual(plusMinus);
          const trulyLeftMs = ((startPercent - percentPerHour) / percentPerHour) * hourMs;
          expect(trulyLeftMs).toBeGreaterThanOrEqual(forecast.leastTimeLeftMs);
          expect(trulyLeftMs).toBeLessThanOrEqual(forecast.mostTimeLeftMs ?? Number.POSITIVE_INFINITY);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("should learn from steps that do not come that the battery drains less", () => {
    const minuteMs = 60_000;
    const forecaster = new BatteryForecaster();
    const stepsAtMinutes = [5, 8, 11, 14];
    const levelAt = (minute: number) => 96 - stepsAtMinutes.filter((at) => at <= minute).length;
    const told = (minute: number) => {
      forecaster.read({ atMs: minute * minuteMs, levelPercent: levelAt(minute), isCharging: false });
      const forecast = forecaster.forecast(minute * minuteMs, options);
      if (forecast.kind === "unknown") return undefined;
      const { value, plusMinus } = forecast.drainPercentPerHour;
      return { least: value - plusMinus, most: value + plusMinus, lastsShift: forecast.lastsShift };
    };
    const byMinute = Array.from({ length: 61 }, (_, minute) => told(minute));
    expect(byMinute[14]?.most).toBeCloseTo(4 / (9 / 60), 6);
    expect(byMinute[14]?.lastsShift).toBe("no");
    // From the first step to the end of the hour 3 % went, and at most one more that is not told yet.
    expect(byMinute[60]?.most).toBeCloseTo(4 / (55 / 60), 6);
    expect(byMinute[60]?.least).toBeCloseTo(3 / (55 / 60), 6);
    expect(byMinute[60]?.lastsShift).toBe("yes");
    for (const [i, after] of byMinute.entries()) {
      const before = byMinute[i - 1];
      if (before === undefined || after === undefined || stepsAtMinutes.includes(i)) continue;
      expect(after.most).toBeLessThan(before.most);
      expect(after.least).toBeLessThanOrEqual(before.least + 1e-9);
    }
  });

  it("should hold the true drain at every moment between two steps", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 3, max: 40, noNaN: true }),
        fc.double({ min: 60, max: 100, noNaN: true }),
        fc.integer({ min: 30, max: 180 }),
        (percentPerHour, startPercent, minutes) => {
          const afterMs = minutes * 60_000;
          const forecast = drained(percentPerHour, startPercent, afterMs, 10_000).forecast(afterMs, options);
          if (forecast.kind === "unknown") return;
          const { value, plusMinus } = forecast.drainPercentPerHour;
          // What is read every ten seconds may be told ten seconds late.
          expect(Math.abs(value - percentPerHour)).toBeLessThanOrEqual(plusMinus * 1.05);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("should hold the truth for a band that tells tens of percent, and only when it pleases", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(5, 10, 20),
        fc.integer({ min: 1, max: 90 }),
        fc.double({ min: 8, max: 30, noNaN: true }),
        (stepPercent, everyMinutes, percentPerHour) => {
          const forecaster = new BatteryForecaster();
          const exactAt = (atMs: number) => 100 - (percentPerHour * atMs) / hourMs;
          const endMs = 3 * hourMs;
          let told = 0;
          for (let atMs = 0; atMs <= endMs; atMs += everyMinutes * 60_000) {
            const levelPercent = Math.ceil(exactAt(atMs) / stepPercent) * stepPercent;
            forecaster.read({ atMs, levelPercent, isCharging: false });
            told = atMs;
          }
          const forecast = forecaster.forecast(told, options);
          if (forecast.kind === "unknown") return;
          const { value, plusMinus } = forecast.drainPercentPerHour;
          expect(Math.abs(value - percentPerHour)).toBeLessThanOrEqual(plusMinus * 1.000_001);
          const trulyLeftMs = (exactAt(told) / percentPerHour) * hourMs;
          expect(trulyLeftMs).toBeGreaterThanOrEqual(forecast.leastTimeLeftMs);
          expect(trulyLeftMs).toBeLessThanOrEqual((forecast.mostTimeLeftMs ?? Number.POSITIVE_INFINITY) + 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("should say whether it lasts the shift, and that it cannot tell when it is close", () => {
    const lasts = (percentPerHour: number, shiftEndsAtMs: number) => {
      const forecast = drained(percentPerHour, 100, 2 * hourMs).forecast(2 * hourMs, { ...options, shiftEndsAtMs });
      return forecast.kind === "draining" ? forecast.lastsShift : forecast.reason;
    };
    expect(lasts(5, shiftMs)).toBe("yes");
    expect(lasts(30, shiftMs)).toBe("no");
    expect(lasts(10, 10 * hourMs)).toBe("uncertain");
  });

  it("should know the power only by the capacity", () => {
    const forecaster = drained(10, 100, 2 * hourMs);
    expect(forecaster.forecast(2 * hourMs, options)).toMatchObject({ powerW: undefined });
    const forecast = forecaster.forecast(2 * hourMs, { ...options, capacityWh: 15 });
    expect(forecast.kind === "draining" && forecast.powerW?.value).toBeCloseTo(1.5, 1);
  });

  it("should begin anew when the plug was in, when the level rose, and when the clock went back", () => {
    for (const event of [
      { atMs: 2 * hourMs, levelPercent: 80, isCharging: true },
      { atMs: 2 * hourMs, levelPercent: 95, isCharging: false },
      { atMs: hourMs / 2, levelPercent: 79, isCharging: false },
    ]) {
      const forecaster = drained(10, 100, 2 * hourMs);
      forecaster.read(event);
      forecaster.read({ ...event, isCharging: false });
      expect(forecaster.forecast(event.atMs, options)).toEqual({ kind: "unknown", reason: "too-early" });
    }
  });

  it("should not believe a level that cannot be", () => {
    const forecaster = new BatteryForecaster();
    for (const levelPercent of [Number.NaN, -1, 101, Number.POSITIVE_INFINITY])
      forecaster.read({ atMs: 0, levelPercent, isCharging: false });
    expect(forecaster.forecast(0, options)).toEqual({ kind: "unknown", reason: "no-reading" });
  });
});
