import { describe, expect, it } from "vitest";
import { TokenBucket } from "../../../../gateway/basics/token-bucket.ts";

describe("token bucket", () => {
  const bucketAt = (clock: { nowMs: number }) =>
    new TokenBucket({ capacity: 5, refillPerSecond: 10, now: () => clock.nowMs });

  it("should let a burst of its capacity pass, and no more", () => {
    const bucket = bucketAt({ nowMs: 0 });
    expect(Array.from({ length: 6 }, () => bucket.take())).toEqual([true, true, true, true, true, false]);
  });

  it("should fill evenly, up to its capacity", () => {
    const clock = { nowMs: 0 };
    const bucket = bucketAt(clock);
    expect(bucket.take(5)).toBe(true);
    clock.nowMs = 99;
    expect(bucket.take()).toBe(false);
    clock.nowMs = 100;
    expect(bucket.take()).toBe(true);
    clock.nowMs = 60_000;
    expect(bucket.take(6)).toBe(false);
    expect(bucket.take(5)).toBe(true);
  });

  it("should take all that is asked for or nothing", () => {
    const bucket = bucketAt({ nowMs: 0 });
    expect(bucket.take(6)).toBe(false);
    expect(bucket.take(5)).toBe(true);
  });
});
