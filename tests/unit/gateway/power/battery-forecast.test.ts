import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BatteryForecaster } from "../../../../gateway/power/battery-forecast.ts";

const hourMs = 3_600_000;
const shiftMs = 8 * hourMs;
const options = { shiftEndsAtMs: shiftMs, capacityWh: undefined };

/** A reading of a page that has not slept and whose clock nobody has set. */
const reading = (atMs: number, levelPercent: number, isCharging = false) => ({
  atMs,
  awakeMs: atMs,
  levelPercent,
  isCharging,
});

/** What a browser reports of a battery that drains evenly: whole percent, looked at every `everyMs`. */
const drained = (percentPerHour: number, startPercent: number, forMs: number, everyMs = 1_000) => {
  const forecaster = new BatteryForecaster();
  for (let atMs = 0; atMs <= forMs; atMs += everyMs) {
    const exact = startPercent - (percentPerHour * atMs) / hourMs;
    forecaster.read(reading(atMs, Math.round(exact)));
  }
  return forecaster;
};

describe("battery forecast", () => {
  it("should say why it knows nothing", () => {
    const forecaster = new BatteryForecaster();
    expect(forecaster.forecast(0, options)).toEqual({ kind: "unknown", reason: "no-reading" });
    forecaster.read(reading(0, 80));
    forecaster.read(reading(60_000, 79));
    expect(forecaster.forecast(60_000, options)).toEqual({ kind: "unknown", reason: "too-early" });
    forecaster.read(reading(70_000, 79, true));
    expect(forecaster.forecast(70_000, options)).toEqual({ kind: "unknown", reason: "charging" });
  });

  it("should have the true drain and the true time left within its bounds", () => {
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
      forecaster.read(reading(minute * minuteMs, levelAt(minute)));
      const forecast = forecaster.forecast(minute * minuteMs, options);
      if (forecast.kind === "unknown") return undefined;
      const { value, plusMinus } = forecast.drainPercentPerHour;
      return { least: value - plusMinus, most: value + plusMinus, lastsShift: forecast.lastsShift };
    };
    const byMinute = Array.from({ length: 61 }, (_, minute) => told(minute));
    expect(byMinute[14]?.most).toBeCloseTo(4 / (9 / 60), 6);
    expect(byMinute[14]?.lastsShift).toBe("no");
    // From the first step to the end of the hour 3 % went, and at most one more that is not reported yet.
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

  it("should have the true drain within its bounds at every moment between two steps", () => {
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

  it("should have the truth within its bounds for a band that reports tens of percent, at moments of its own", () => {
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
            forecaster.read(reading(atMs, levelPercent));
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

  it("should say whether it lasts the shift, and that it is uncertain when it is close", () => {
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

  it("should begin again when the phone was plugged in, when the level rose, and when the clock went back", () => {
    for (const event of [
      reading(2 * hourMs, 80, true),
      reading(2 * hourMs, 95),
      { ...reading(2 * hourMs, 79), atMs: hourMs / 2 },
    ]) {
      const forecaster = drained(10, 100, 2 * hourMs);
      forecaster.read(event);
      forecaster.read({ ...event, isCharging: false });
      expect(forecaster.forecast(event.atMs, options)).toEqual({ kind: "unknown", reason: "too-early" });
    }
  });

  /** What happens to the clocks of a page at one moment, by its own clock, while its battery drains. */
  interface Event {
    readonly atMs: number;
    readonly sleepsMs?: number;
    /** The page's own clock stands still while it sleeps. */
    readonly standsStill?: boolean;
    readonly setForwardMs?: number;
  }

  /**
   * What is reported every ten seconds of a battery that drains evenly, asleep or awake, and what is true of it then.
   */
  const toldAround = (percentPerHour: number, forMs: number, event: Event) => {
    const { sleepsMs = 0, standsStill = true, setForwardMs = 0 } = event;
    const forecaster = new BatteryForecaster();
    return Array.from({ length: forMs / 10_000 }, (_, i) => {
      const isAfter = i * 10_000 >= event.atMs;
      const trueMs = i * 10_000 + (isAfter ? sleepsMs : 0);
      const atMs = trueMs + (isAfter ? setForwardMs : 0);
      const awakeMs = i * 10_000 + (isAfter && !standsStill ? sleepsMs : 0);
      const exact = 100 - (percentPerHour * trueMs) / hourMs;
      forecaster.read({ atMs, awakeMs, levelPercent: Math.round(exact), isCharging: false });
      // Ten hours from the beginning, however the clock was set.
      const shiftEndsAtMs = 10 * hourMs + (isAfter ? setForwardMs : 0);
      const forecast = forecaster.forecast(atMs, { shiftEndsAtMs, capacityWh: undefined });
      return { awakeMs: i * 10_000, forecast, trulyLeftMs: (exact / percentPerHour) * hourMs };
    });
  };

  const minuteMs = 60_000;
  type Told = ReturnType<typeof toldAround>;

  const expectTrue = (told: Told, percentPerHour: number): void => {
    for (const [i, { forecast, trulyLeftMs }] of told.entries()) {
      if (i % 6 !== 0 || forecast.kind === "unknown") continue;
      const { value, plusMinus } = forecast.drainPercentPerHour;
      // What is read every ten seconds may be told ten seconds late.
      expect(Math.abs(value - percentPerHour)).toBeLessThanOrEqual(plusMinus * 1.05);
      expect(trulyLeftMs * 1.01).toBeGreaterThanOrEqual(forecast.leastTimeLeftMs);
      expect(trulyLeftMs * 0.99).toBeLessThanOrEqual(forecast.mostTimeLeftMs ?? Number.POSITIVE_INFINITY);
      if (trulyLeftMs * 1.01 < forecast.shiftLeftMs) expect(forecast.lastsShift).not.toBe("yes");
      if (trulyLeftMs * 0.99 > forecast.shiftLeftMs) expect(forecast.lastsShift).not.toBe("no");
    }
  };
  const drainAt = (told: Told, awakeMs: number) => {
    const forecast = told.find((one) => one.awakeMs >= awakeMs)?.forecast;
    return forecast?.kind === "draining" ? forecast.drainPercentPerHour : forecast?.reason;
  };

  it("should not take a wall clock that is set forward for time that has passed", () => {
    const told = toldAround(20, 3 * hourMs, { atMs: hourMs / 2, setForwardMs: 2 * hourMs });
    expectTrue(told, 20);
    // It cannot be distinguished from a sleep of two hours: what came before says little, and is dropped.
    expect(drainAt(told, hourMs / 2 + minuteMs)).toBe("too-early");
    expect(drainAt(told, hourMs)).toMatchObject({ plusMinus: expect.toSatisfy((error: number) => error < 3) });
    // After a long time the two clocks say much the same, and it goes on.
    const late = toldAround(20, 4 * hourMs, { atMs: 3 * hourMs, setForwardMs: hourMs });
    expectTrue(late, 20);
    expect(drainAt(late, 3 * hourMs + minuteMs)).toMatchObject({
      plusMinus: expect.toSatisfy((error: number) => error > 2),
    });
  });

  it("should be right after a sleep, whether the page's own clock stood still in it or went on", () => {
    const early = { atMs: hourMs / 2, sleepsMs: hourMs };
    const [still, gone] = [true, false].map((standsStill) => toldAround(20, 2 * hourMs, { ...early, standsStill }));
    if (still === undefined || gone === undefined) throw new Error("two were told");
    expectTrue(still, 20);
    expectTrue(gone, 20);
    expect(drainAt(still, hourMs / 2 + minuteMs)).toBe("too-early");
    expect(drainAt(still, hourMs)).toMatchObject({ plusMinus: expect.toSatisfy((error: number) => error < 3) });
    // A clock that goes on leaves no doubt.
    expect(drainAt(gone, hourMs / 2 + minuteMs)).toMatchObject({
      plusMinus: expect.toSatisfy((error: number) => error < 1),
    });
  });

  it("should have the truth within its bounds whenever a clock is set forward, and however long the phone sleeps", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 3, max: 25 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 0, max: 300 }),
        fc.boolean(),
        (percentPerHour, atMinute, sleepsMinutes, setMinutes, standsStill) => {
          const event = { atMs: atMinute * minuteMs, sleepsMs: sleepsMinutes * minuteMs, standsStill };
          const told = toldAround(percentPerHour, 2.2 * hourMs, { ...event, setForwardMs: setMinutes * minuteMs });
          expectTrue(told, percentPerHour);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("should not begin again because coarse clocks are read one after the other", () => {
    const forecaster = new BatteryForecaster();
    forecaster.read(reading(0, 80));
    forecaster.read({ ...reading(1_000, 79), awakeMs: 1_000.9 });
    // By the wall clock a millisecond later, by the finer one a tenth of that.
    forecaster.read({ ...reading(1_001, 79), awakeMs: 1_001 });
    forecaster.read(reading(7 * minuteMs, 78));
    expect(forecaster.forecast(7 * minuteMs, options).kind).toBe("draining");
  });

  it("should not believe a level that cannot be", () => {
    const forecaster = new BatteryForecaster();
    for (const levelPercent of [Number.NaN, -1, 101, Number.POSITIVE_INFINITY])
      forecaster.read(reading(0, levelPercent));
    expect(forecaster.forecast(0, options)).toEqual({ kind: "unknown", reason: "no-reading" });
  });
});
