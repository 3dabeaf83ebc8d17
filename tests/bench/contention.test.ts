// When a run can be trusted.
import { describe, expect, it } from "vitest";
import { band, contentionOf, sentinelTimesFor, worstOf } from "../../bench/meters/contention.ts";
import { Tally } from "../../bench/meters/tally.ts";

const times = { cpuMs: 2, timerMs: 50 };
const readings = (cpuMs: number, timerMs: number) => Array.from({ length: 20 }, () => ({ cpuMs, timerMs }));
const lag = (...durationsMs: readonly number[]) => {
  const tally = new Tally();
  for (const durationMs of durationsMs) tally.record(durationMs);
  return tally.summary();
};
const quiet = { times, readings: readings(2, 50), loopLag: lag(1), lateSends: lag(1) };

describe("contention", () => {
  it("should take the sentinel's service times from the load, within what it can measure", () => {
    expect(sentinelTimesFor(400, 20)).toEqual({ cpuMs: 2.5, timerMs: 50 });
    expect(sentinelTimesFor(1e6, 1e6)).toEqual({ cpuMs: 1, timerMs: 10 });
    expect(sentinelTimesFor(0, 0)).toEqual({ cpuMs: 5, timerMs: 100 });
  });

  it("should be (R − S) / S, the greater of both kinds of work", () => {
    expect(contentionOf({ ...quiet, readings: readings(2.5, 51) })).toMatchObject({
      cpuRd: 0.25,
      timerRd: 0.02,
      rd: 0.25,
    });
    expect(contentionOf({ ...quiet, readings: readings(2, 54) })).toMatchObject({ cpuRd: 0, timerRd: 0.08, rd: 0.08 });
    expect(contentionOf({ ...quiet, readings: readings(1.9, 50) }).rd).toBe(0);
  });

  it("should trust what stays within its band", () => {
    expect(contentionOf(quiet)).toMatchObject({ ok: true, causes: [] });
  });

  it.each([
    ["cpuRd", { readings: readings(2 * (1 + band.cpuRd) + 0.01, 50) }],
    ["timerRd", { readings: readings(2, 50 * (1 + band.timerRd) + 0.1) }],
    ["loopLagP99Ms", { loopLag: lag(band.loopLagP99Ms + 1) }],
    ["lateSendP99Ms", { lateSends: lag(band.lateSendP99Ms + 1) }],
    ["the sentinel did not report", { readings: [] }],
  ])("should not trust a run beyond the band of %s, and say so", (cause, change) => {
    const { ok, causes } = contentionOf({ ...quiet, ...change });
    expect(ok).toBe(false);
    expect(causes).toEqual([expect.stringContaining(cause)]);
  });

  it("should take of several slices the worst", () => {
    const bad = contentionOf({ ...quiet, readings: readings(4, 50) });
    expect(worstOf([contentionOf(quiet), bad])).toMatchObject({ cpuRd: 1, rd: 1, ok: false });
    expect(worstOf([]).ok).toBe(false);
  });
});

describe("a tally", () => {
  it("should sum up the same whether in one process or in two", () => {
    const whole = new Tally();
    const parts = [new Tally(), new Tally()];
    for (let i = 1; i <= 1000; i++) {
      whole.record(i / 10);
      parts[i % 2]?.record(i / 10);
    }
    const merged = new Tally();
    for (const part of parts) merged.add(part.snapshot());
    const [a, b] = [whole.summary(), merged.summary()];
    for (const key of ["count", "max"] as const) expect(b?.[key]).toBe(a?.[key]);
    for (const key of ["mean", "sd"] as const) expect(b?.[key]).toBeCloseTo(a?.[key] ?? 0, 9);
    for (const key of ["p50", "p95", "p99"] as const) expect((b?.[key] ?? 0) / (a?.[key] ?? 1)).toBeCloseTo(1, 2);
    expect(a?.p50).toBeCloseTo(50, 0);
    expect(a?.mean).toBeCloseTo(50.05, 9);
  });

  it("should not count a stall as one value: what was missed is filled in", () => {
    const tally = new Tally();
    tally.recordExpected(100, 20);
    expect(tally.summary()).toMatchObject({ count: 5, max: 100, mean: 60 });
    const single = new Tally();
    single.recordExpected(3, 20);
    expect(single.summary()).toMatchObject({ count: 1, max: 3 });
  });

  it("should be silent about nothing", () => {
    expect(new Tally().summary()).toBeUndefined();
  });
});
