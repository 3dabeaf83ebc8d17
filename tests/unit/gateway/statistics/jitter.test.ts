import { describe, expect, it } from "vitest";
import { Jitter } from "../../../../gateway/statistics/jitter.ts";

describe("jitter", () => {
  it("should be unknown before the second record", () => {
    const jitter = new Jitter();
    expect(jitter.ms).toBeUndefined();
    jitter.arrived(0, 5);
    expect(jitter.ms).toBeUndefined();
    jitter.arrived(10, 15);
    expect(jitter.ms).toBe(0);
  });

  it("should follow RFC 3550 §6.4.1 by hand", () => {
    const jitter = new Jitter();
    // Transit times 50, 66, 58: D is 16 and −8.
    jitter.arrived(0, 50);
    jitter.arrived(100, 166);
    expect(jitter.ms).toBe(1);
    jitter.arrived(200, 258);
    expect(jitter.ms).toBe(1 + (8 - 1) / 16);
  });

  it("should not depend on the origin of the sender's clock, and converge to the mean difference", () => {
    const near = new Jitter();
    const far = new Jitter();
    for (let i = 0; i < 500; i++) {
      const arrivedMs = i * 100 + (i % 2) * 12;
      near.arrived(i * 100, arrivedMs);
      far.arrived(i * 100 + 9_000_000, arrivedMs);
    }
    expect(near.ms).toBeCloseTo(12, 6);
    expect(far.ms).toBeCloseTo(12, 6);
  });

  it("should not take the step of a clock for jitter", () => {
    const jitter = new Jitter();
    jitter.arrived(0, 5);
    jitter.arrived(10, 15);
    jitter.restart();
    jitter.arrived(60_020, 25);
    jitter.arrived(60_030, 35);
    expect(jitter.ms).toBe(0);
  });
});
