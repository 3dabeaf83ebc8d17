import { describe, expect, it } from "vitest";
import { RateWindow } from "../../../../gateway/statistics/rate-window.ts";

describe("rate window", () => {
  it("should be zero before time has passed, and then the rate since the oldest sample of the last minute", () => {
    let nowMs = 1_000;
    const rates = new RateWindow(() => nowMs, { bytes: 0 });
    expect(rates.perSecond("bytes", 500)).toBe(0);
    nowMs = 3_000;
    expect(rates.perSecond("bytes", 500)).toBe(250);
    for (let i = 1; i <= 120; i++) {
      nowMs = 3_000 + i * 1_000;
      rates.sample({ bytes: i <= 60 ? 500 : 500 + (i - 60) * 10 });
    }
    expect(rates.perSecond("bytes", 1_100)).toBeCloseTo(10);
  });

  it("should give the rate over a sleep, instead of a burst on waking", () => {
    let nowMs = 0;
    const rates = new RateWindow(() => nowMs, { bytes: 0 });
    nowMs = 600_000;
    rates.sample({ bytes: 6_000 });
    expect(rates.perSecond("bytes", 6_000)).toBe(10);
  });

  it("should look back no further than a minute on a page whose timers are slowed down", () => {
    let nowMs = 0;
    const rates = new RateWindow(() => nowMs, { bytes: 0 });
    for (nowMs = 10_000; nowMs <= 200_000; nowMs += 10_000) rates.sample({ bytes: 5_000 });
    expect(rates.perSecond("bytes", 5_000)).toBe(0);
  });

  it("should keep a minute of samples at most, however often it is asked to", () => {
    let nowMs = 0;
    const rates = new RateWindow(() => nowMs, { bytes: 0 });
    for (nowMs = 1; nowMs <= 10_000; nowMs++) rates.sample({ bytes: nowMs });
    expect(rates.perSecond("bytes", 20_000)).toBeGreaterThan(100_000); // Since 61 ms ago.
  });
});
