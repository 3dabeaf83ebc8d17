import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DelayHistogram, RollingDelay } from "../../gateway/delay-histogram.ts";

/** The value of which `percent` of all are not above it. */
const percentileOf = (sorted: readonly number[], percent: number): number =>
  sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;

describe("delay histogram", () => {
  it("should tell percentiles within one percent of the exact ones, and the exact maximum", () => {
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

  it("should state the greatest bound of what it holds", () => {
    const histogram = new DelayHistogram();
    histogram.record(10, 2);
    histogram.record(10, 5);
    histogram.record(10, 3);
    expect(histogram.clockedSummary()?.boundMs).toBe(5);
  });

  it("should hold every delay in exactly one bin", () => {
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
    expect(delay.clockedSpans().lastMinute).toMatchObject({ count: 2, maxMs: 400, boundMs: 30 });
    nowMs = 61_000;
    expect(delay.clockedSpans().lastMinute).toMatchObject({ count: 1, maxMs: 20, boundMs: 1 });
    expect(delay.clockedSpans().sinceStart).toMatchObject({ count: 2, maxMs: 400, boundMs: 30 });
    nowMs = 200_000;
    expect(delay.spans().lastMinute).toBeUndefined();
  });

  it("should hold 50 to 60 s, however long it goes on and whenever it is asked", () => {
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
