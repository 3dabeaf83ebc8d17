import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DelayHistogram, RollingDelay } from "../../../../gateway/statistics/delay-histogram.ts";
import type { ClockedDelaySummary } from "../../../../gateway/statistics/statistics-types.ts";
import { seededRandom } from "../../../support/random.ts";

/** The value of which `percent` of all are not above it. */
const percentileOf = (sorted: readonly number[], percent: number): number =>
  sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;

/** Steps are at most this share of a value. */
const stepShare = 1 / 128;

/** The bound is `errorMs`, and no more above it than a step of the value shown. */
const expectBound = (told: ClockedDelaySummary | undefined, errorMs: number): void => {
  const { p99Ms = 0, boundMs } = told ?? {};
  expect(boundMs).toBeGreaterThanOrEqual(errorMs);
  expect(boundMs).toBeLessThanOrEqual(errorMs + (p99Ms + errorMs) * stepShare);
};

describe("delay histogram", () => {
  it("should give percentiles within one percent of the exact ones, and the exact maximum", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 60_000_000 }), { minLength: 1, maxLength: 300 }), (delaysUs) => {
        const histogram = new DelayHistogram();
        for (const delayUs of delaysUs) histogram.record(delayUs / 1000);
        const sorted = delaysUs.toSorted((a, b) => a - b);
        const summary = histogram.summary();
        expect(summary?.count).toBe(delaysUs.length);
        expect(summary?.maxMs).toBe(Math.max(...delaysUs) / 1000);
        for (const [percent, toldMs] of [
          [50, summary?.p50Ms],
          [95, summary?.p95Ms],
          [99, summary?.p99Ms],
        ] as const) {
          const exactMs = percentileOf(sorted, percent) / 1000;
          expect(toldMs).toBeGreaterThanOrEqual(exactMs);
          expect(toldMs).toBeLessThanOrEqual(exactMs * 1.01 + 0.001);
        }
      }),
    );
  });

  it("should say nothing of nothing", () => {
    const histogram = new DelayHistogram();
    expect(histogram.summary()).toBeUndefined();
    expect(histogram.clockedSummary()).toBeUndefined();
    expect(histogram.bins(10)).toEqual([]);
  });

  it("should take a delay below zero for zero, and one above a minute for a minute", () => {
    const histogram = new DelayHistogram();
    histogram.record(-3);
    histogram.record(90_000);
    expect(histogram.summary()).toMatchObject({ count: 2, p50Ms: 0, maxMs: 60_000 });
  });

  it("should state the greatest bound of its values", () => {
    const histogram = new DelayHistogram();
    histogram.record(10, 2);
    histogram.record(10, 5);
    histogram.record(10, 3);
    expect(histogram.clockedSummary()?.boundMs).toBe(5);
  });

  it("should state a bound that is true for the value of a step, not only for what was recorded", () => {
    for (const histogram of [new DelayHistogram(), new RollingDelay(() => 0)]) {
      for (let i = 0; i < 98; i++) histogram.record(131.073, 0.1);
      for (let i = 0; i < 2; i++) histogram.record(200.0004, 0.1);
      const told =
        histogram instanceof DelayHistogram ? [histogram.clockedSummary()] : Object.values(histogram.clockedSpans());
      for (const summary of told as readonly ClockedDelaySummary[]) {
        const { p50Ms, p99Ms, maxMs, boundMs, maxBoundMs = boundMs } = summary;
        expect(Math.abs(p50Ms - (131.073 - 0.1))).toBeLessThanOrEqual(boundMs);
        expect(Math.abs(p99Ms - (200.0004 + 0.1))).toBeLessThanOrEqual(boundMs);
        expect(Math.abs(maxMs - (200.0004 + 0.1))).toBeLessThanOrEqual(maxBoundMs);
        expect(boundMs).toBeLessThan(0.1 + 200 * stepShare);
      }
    }
  });

  it("should count every delay in exactly one bin", () => {
    const histogram = new DelayHistogram();
    for (let ms = 1; ms <= 100; ms++) histogram.record(ms);
    const bins = histogram.bins(4);
    expect(bins.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
      [0, 25],
      [25, 50],
      [50, 75],
      [75, 100],
    ]);
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(100);
    for (const { count } of bins) expect(Math.abs(count - 25)).toBeLessThanOrEqual(1);
  });
});

describe("rolling delay", () => {
  it("should forget in the last minute what is older, with its bound, and keep it since start", () => {
    let nowMs = 0;
    const delay = new RollingDelay(() => nowMs);
    delay.record(400, 30);
    nowMs = 45_000;
    delay.record(20, 1);
    expect(delay.clockedSpans().lastMinute).toMatchObject({ count: 2, maxMs: 400 });
    expectBound(delay.clockedSpans().lastMinute, 30);
    nowMs = 61_000;
    expect(delay.clockedSpans().lastMinute).toMatchObject({ count: 1, maxMs: 20, boundMs: 1 });
    expect(delay.clockedSpans().sinceStart).toMatchObject({ count: 2, maxMs: 400 });
    expectBound(delay.clockedSpans().sinceStart, 30);
    nowMs = 200_000;
    expect(delay.spans().lastMinute).toBeUndefined();
  });

  it("should cover 50 to 60 s, however long it goes on and whenever it is read", () => {
    let nowMs = 3_000;
    const delay = new RollingDelay(() => nowMs);
    for (; nowMs < 600_000; nowMs += 1_000) {
      delay.record(1);
      const held = delay.spans().lastMinute?.count ?? 0;
      expect(held).toBeLessThanOrEqual(60);
      if (nowMs > 63_000) expect(held).toBeGreaterThanOrEqual(50);
    }
    expect(delay.spans().sinceStart?.count).toBe(597);
  });

  it("should not let a few values that were hardly known widen the percentiles of an hour", () => {
    const delay = new RollingDelay(() => 0);
    for (let i = 0; i < 3; i++) delay.record(400, 402);
    for (let i = 0; i < 720; i++) delay.record(5, 0.2);
    const { sinceStart, lastMinute } = delay.clockedSpans();
    expect(lastMinute).toMatchObject({ count: 723, maxBoundMs: undefined });
    expectBound(lastMinute, 402);
    expect(sinceStart?.count).toBe(723);
    expect(sinceStart?.p99Ms).toBeCloseTo(5, 1);
    expect(sinceStart?.boundMs).toBeGreaterThanOrEqual(0.2);
    expect(sinceStart?.boundMs).toBeLessThan(0.3);
    expect(sinceStart).toMatchObject({ maxMs: 400, maxBoundMs: 402 });
  });

  it("should not let one value that may be above a minute widen the percentiles below it", () => {
    const delay = new RollingDelay(() => 0);
    for (let i = 0; i < 720; i++) delay.record(5, 0.2);
    delay.record(59_000, 3_000);
    const { sinceStart } = delay.clockedSpans();
    expect(sinceStart?.p99Ms).toBeCloseTo(5, 1);
    expect(sinceStart?.boundMs).toBeLessThan(0.3);
    expect(sinceStart).toMatchObject({ maxMs: 59_000, maxBoundMs: 3_000 });
    // Now the percentiles are such values themselves: the truth may be 62 s, though nothing is kept above a minute.
    for (let i = 0; i < 720; i++) delay.record(59_000, 3_000);
    expect(delay.clockedSpans().sinceStart?.boundMs).toBeGreaterThanOrEqual(3_000);
  });

  it("should keep the percentiles and the maximum of the truth within their bounds, whatever the errors", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 30; round++) {
      const delay = new RollingDelay(() => 0);
      const truthMs: number[] = [];
      const worstMs = 500 * random() ** 3;
      for (let i = 0; i < 300; i++) {
        const trueMs = 1 + 300 * random() ** 6;
        const boundMs = i % 7 === 0 ? 0 : worstMs * random() ** 4;
        truthMs.push(trueMs);
        delay.record(trueMs + boundMs * (2 * random() - 1), boundMs);
      }
      truthMs.sort((a, b) => a - b);
      const trueMs = (percent: number): number => truthMs[Math.ceil((truthMs.length * percent) / 100) - 1] ?? 0;
      for (const told of Object.values(delay.clockedSpans()) as readonly ClockedDelaySummary[]) {
        const { p50Ms, p95Ms, p99Ms, maxMs, boundMs, maxBoundMs = boundMs } = told;
        for (const [toldMs, percent, withinMs] of [
          [p50Ms, 50, boundMs],
          [p95Ms, 95, boundMs],
          [p99Ms, 99, boundMs],
          [maxMs, 100, maxBoundMs],
        ] as const)
          expect(Math.abs(toldMs - trueMs(percent))).toBeLessThanOrEqual(withinMs);
      }
    }
  });

  it("should go on after a clock that jumped back", () => {
    let nowMs = 500_000;
    const delay = new RollingDelay(() => nowMs);
    delay.record(5);
    nowMs = 100_000;
    delay.record(7);
    expect(delay.spans().sinceStart?.count).toBe(2);
    expect(delay.spans().lastMinute?.count).toBeGreaterThanOrEqual(1);
  });
});
